"""Many runs: designs of points, shards in a folder, workers that fill it."""
