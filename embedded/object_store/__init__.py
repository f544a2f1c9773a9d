"""What the object stores of both clouds share: bytes on the disk, listings, and how a query engine reads them.

S3 and Cloud Storage keep their own records of buckets and objects, as these differ; neither knows the other.
"""
