"""STS: the identity of a caller, and temporary keys of roles."""
