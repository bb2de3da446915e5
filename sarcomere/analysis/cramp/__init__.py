"""Cramps: activity, episodes, statistics, what ends them."""
