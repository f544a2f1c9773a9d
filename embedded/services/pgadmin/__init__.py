"""pgAdmin, the real one, from its package, in an environment of its own."""
