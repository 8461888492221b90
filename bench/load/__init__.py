"""The load: clients that ask, people who press, a receiver; all of it in one process of its own."""
