"""Hive's DDL, which Athena has beside Trino's SQL.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""
