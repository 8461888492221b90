"""What a policy file may say, and what it decides. Pure, but for `loader.py`."""
