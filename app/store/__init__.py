"""Redis: requests as documents, one commit script, due sets with leases, and the rest."""
