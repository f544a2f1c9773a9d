"""STS: who a caller is, and keys for a while that come with a role."""
