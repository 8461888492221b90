"""What a request is and how it may change. Pure: no clock, no I/O, no framework."""
