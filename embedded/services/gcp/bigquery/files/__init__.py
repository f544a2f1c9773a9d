"""Files of a bucket, or of an upload, as tables: CSV, JSON lines and Parquet."""
