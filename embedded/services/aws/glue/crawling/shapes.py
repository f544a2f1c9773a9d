"""Tables and partitions in the shapes that Glue's crawlers write to the Data Catalog."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from embedded.services.aws.glue.crawling.formats import Columns, Format
from embedded.services.aws.glue.crawling.grouping import Partition, Table

CRAWLER = "UPDATED_BY_CRAWLER"
_HIVE = "org.apache.hadoop.hive.ql.io"
_TEXT = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": f"{_HIVE}.HiveIgnoreKeyTextOutputFormat",
}
_LONGEST_NAME = 128


def table_input(table: Table, name: str, crawler: str) -> dict[str, Any]:
    """A table as Glue's TableInput.

    Parameters:
        table: the table.
        name: name of the table.
        crawler: name of the crawler.
    """
    file_format = table.schema.format
    files = [file for partition in table.partitions for file in partition.files]
    parameters = {
        **_parameters(file_format),
        CRAWLER: crawler,
        "typeOfData": "file",
        "objectCount": str(len(files)),
        "sizeKey": str(sum(file.size for file in files)),
        "CrawlerSchemaSerializerVersion": "1.0",
        "CrawlerSchemaDeserializerVersion": "1.0",
    }
    return {
        "Name": name,
        "Owner": "owner",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in table.keys],
        "StorageDescriptor": _storage(file_format, table.schema.columns, location(table.root, is_file(table))),
    }


def partition_input(table: Table, partition: Partition, columns: Columns | None = None) -> dict[str, Any]:
    """A partition as Glue's PartitionInput.

    Parameters:
        table: table of the partition.
        partition: the partition.
        columns: columns in place of the partition's own.
    """
    file_format = partition.schema.format
    parameters = {
        **_parameters(file_format),
        "objectCount": str(len(partition.files)),
        "sizeKey": str(sum(file.size for file in partition.files)),
    }
    storage = _storage(file_format, columns or partition.schema.columns, location(partition.folder))
    return {"Values": table.values(partition), "StorageDescriptor": storage, "Parameters": parameters}


def location(path: Iterable[str], is_one_file: bool = False) -> str:
    """The `s3://` URI of a folder, with a trailing slash, or of a file."""
    return f"s3://{'/'.join(path)}{'' if is_one_file else '/'}"


def is_file(table: Table) -> bool:
    """Whether a table is a single file, not a folder."""
    return table.partitions[0].files[0].path == table.root


def table_name(prefix: str, table: Table) -> str:
    """The name of a table, from that of its folder."""
    return f"{prefix}{re.sub(r'[^a-z0-9_]', '_', table.root[-1].lower())}"[:_LONGEST_NAME]


def unique_name(name: str, address: str) -> str:
    """The name of a table if another location has its usual name."""
    digest = hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: _LONGEST_NAME - len(digest) - 1]}_{digest}"


def _parameters(file_format: Format) -> dict[str, str]:
    parameters = {"classification": file_format.classification, "compressionType": file_format.compression}
    if file_format.classification == "csv":
        quoted = str(file_format.quoted).lower()
        parameters |= {"delimiter": file_format.delimiter, "areColumnsQuoted": quoted, "columnsOrdered": "true"}
        if file_format.header:
            parameters["skip.header.line.count"] = "1"
    return parameters


def _storage(file_format: Format, columns: Columns, address: str) -> dict[str, Any]:
    formats, serde = _serde(file_format, columns)
    return {
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
        "Location": address,
        **formats,
        "Compressed": file_format.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": serde,
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": _parameters(file_format),
        "StoredAsSubDirectories": False,
    }


def _serde(file_format: Format, columns: Columns) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    if file_format.classification == "parquet":
        formats = {
            "InputFormat": f"{_HIVE}.parquet.MapredParquetInputFormat",
            "OutputFormat": f"{_HIVE}.parquet.MapredParquetOutputFormat",
        }
        library, parameters = f"{_HIVE}.parquet.serde.ParquetHiveSerDe", {"serialization.format": "1"}
        return formats, {"SerializationLibrary": library, "Parameters": parameters}
    if file_format.classification == "json":
        paths = ",".join(name for name, _ in columns)
        return _TEXT, {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe", "Parameters": {"paths": paths}}
    library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    return _TEXT, {"SerializationLibrary": library, "Parameters": {"field.delim": file_format.delimiter}}
