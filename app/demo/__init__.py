"""`countersign demo`: the whole product on one machine, with a sandbox in Slack's place."""
