"""The rules of Trino's SQL, as Athena engine version 3 has it, for the shared core.

Sources: https://trino.io/docs/current/ (language, functions) and
https://docs.aws.amazon.com/athena/latest/ug/functions.html.
"""
