"""Callbacks on their way out: signed, sent to guarded addresses, each attempt told as an Answer."""
