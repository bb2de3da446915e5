"""Lines, curves, steady values, confidence, sensitivity."""
