"""Crawlers: they read what lies in a bucket, and put it into the Data Catalog as tables with partitions.

How files become tables: https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html. Two things
differ from AWS on purpose, so that no query over a crawled table reads wrong values: whole numbers in JSON are always
`bigint`, as files may follow that are not read yet, and CSV with quoted fields gets OpenCSVSerde and text columns,
where AWS sets LazySimpleSerDe, which does not know quotes.
"""
