"""Trino's dialect, as of Athena engine version 3, for the SQL engine.

Sources: https://trino.io/docs/current/ (language, functions) and
https://docs.aws.amazon.com/athena/latest/ug/functions.html.
"""
