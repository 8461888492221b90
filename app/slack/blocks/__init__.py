"""What people see in Slack. Pure: a request in, text and blocks out."""
