"""AWS's place in the embedded stack: S3."""
