"""`countersign doctor`: is everything there that a deployment needs, and what to do where not?"""
