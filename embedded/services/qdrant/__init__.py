"""Qdrant's engine behind its REST API."""
