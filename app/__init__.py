"""Countersign: the Slack-native approval gate for workflows and AI agents."""
