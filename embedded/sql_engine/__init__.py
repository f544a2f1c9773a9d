"""What the BigQuery and the Athena front share: SQL of another house, run by DuckDB.

A front gives the rules of its dialect (types, coercions, operators, functions); whatever the rules do not name is
refused. Nothing is passed through to DuckDB as it was written.
"""
