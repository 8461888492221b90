"""What people press in Slack: each listener parses, makes one call of the service, and acks."""
