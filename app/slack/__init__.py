"""Slack: what people see of a request, what they press, and who they are."""
