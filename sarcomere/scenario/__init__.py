"""One experiment written down, checked and frozen."""
