"""Motoneurons, their inputs, axons and terminals."""
