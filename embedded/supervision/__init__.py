"""The supervisor: starts services, watches them, restarts and stops them."""
