"""The shards of a sweep as one Dataset or one file."""
