"""Scripts of the flows s3-csv-ingestion and s3-json-ingestion. Each is run as `python -m ingestion.NAME`."""
