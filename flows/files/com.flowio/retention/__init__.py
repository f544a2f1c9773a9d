"""Scripts of the flow stores-retention. Each is run as `python -m retention.NAME`."""
