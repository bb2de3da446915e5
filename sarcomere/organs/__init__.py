"""Organs of the loop of a cramp: from parameters to what their kernels take."""
