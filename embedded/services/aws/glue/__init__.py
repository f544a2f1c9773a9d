"""AWS Glue: the Data Catalog, and crawlers that fill it from what lies in S3."""
