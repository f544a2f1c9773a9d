"""Ingests three public sets on Malaysia's economy into a bucket: `python -m insightflow_ingestion`, an AWS Batch job.

Environment: `TARGET_BUCKET`; `INSIGHTFLOW_BASE_URL`, the address of the files (by default the public ones); and the
variables of AWS's own tools: credentials, region, `AWS_ENDPOINT_URL`. Exit code 0, or 1 if a set failed, or 2 if a
setting is wrong.
"""
