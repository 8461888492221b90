"""The HTTP door: routes, what they take and answer, keys, problems, long-polls."""
