"""Runs: blocks of samples, threads, resuming, running and recording."""
