"""S3 over a folder: the bytes of objects are files, their metadata is in one SQLite database."""
