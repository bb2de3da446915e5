"""Files of a sweep: names, seals, verification."""
