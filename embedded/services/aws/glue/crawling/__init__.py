"""Crawlers: they read the objects of a bucket and write tables with partitions into the Data Catalog.

How files become tables: https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html. One thing
differs from AWS on purpose, so that no query over a crawled table reads wrong values: whole numbers in JSON are always
`bigint`, as files may follow that have not been read.
"""
