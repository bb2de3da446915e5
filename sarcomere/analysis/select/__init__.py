"""Runs and conditions out of an ensemble."""
