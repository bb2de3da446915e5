"""Who computes shards: processes, Dask clusters, job arrays."""
