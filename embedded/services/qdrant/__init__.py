"""Qdrant's engine behind its REST paths as a service of the embedded stack."""
