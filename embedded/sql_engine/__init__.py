"""Translates a vendor's SQL dialect to DuckDB: the core that BigQuery and Athena share.

Each supplies the rules of its dialect (types, coercions, operators, functions). What the rules do not name is refused;
nothing is passed to DuckDB as it was written.
"""
