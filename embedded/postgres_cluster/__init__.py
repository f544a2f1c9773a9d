"""Runs a PostgreSQL server whose databases lie in a folder: the engine of the services `postgres` and `timescale`."""
