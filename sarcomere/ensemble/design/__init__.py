"""What a sweep runs: its points, replicates and layout."""
