"""Measurements of the running product: real processes, whole trips, ratios to floors of one run."""
