"""The organs around the lattices: from parameters to what their kernels take."""
