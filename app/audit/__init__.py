"""The record that can be checked: what the commits wrote, chained, signed, exported, verified."""
