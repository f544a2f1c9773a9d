"""BigQuery's dialect: its types, operators and functions, written for DuckDB.

Source of the rules: the GoogleSQL reference, https://cloud.google.com/bigquery/docs/reference/standard-sql/.
"""
