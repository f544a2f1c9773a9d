"""Cloud Storage's JSON API over files on the disk (https://cloud.google.com/storage/docs/json_api/v1)."""
