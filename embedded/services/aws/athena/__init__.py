"""Athena: SQL of Trino and Hive over the Glue catalogue and the files in S3."""
