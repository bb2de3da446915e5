"""What a run leaves: variables, labelled datasets, HDF5 files, provenance."""
