"""The one place where everything is wired: settings in, the parts of each process out.

Nothing is imported here, so that a process loads what it is made of and no more.
"""
