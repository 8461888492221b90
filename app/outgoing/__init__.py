"""HTTP calls that we make: over kept connections, over by a set instant, and never sent twice."""
