"""Crawlers: they read the files of a bucket, and write them to the Data Catalog as tables with partitions.

How files become tables: https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html. Two things
differ from AWS on purpose, so that no query over a crawled table reads wrong values: whole numbers in JSON are always
`bigint`, as later files may have larger ones, and CSV with quoted fields gets OpenCSVSerde and string columns, where
AWS sets LazySimpleSerDe, which does not support quotes.
"""
