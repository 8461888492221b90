"""A local stand-in for Slack: the Web API a bot calls, signed interactions, and a page to click on.

It shares no code with the app it is tried with, so that a wrong limit can't pass twice.
"""
