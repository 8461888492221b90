"""The calls that this door answers."""
