"""Tables and partitions as Glue's crawlers write them into the Data Catalog."""

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
        table: what was found.
        name: of the table.
        crawler: the crawler's name.
    """
    how = table.schema.format
    files = [file for partition in table.partitions for file in partition.files]
    parameters = {
        **_parameters(how),
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
        "StorageDescriptor": _storage(how, table.schema.columns, location(table.root, is_file(table))),
    }


def partition_input(table: Table, partition: Partition, columns: Columns | None = None) -> dict[str, Any]:
    """A partition as Glue's PartitionInput.

    Parameters:
        table: to which it belongs.
        partition: its files.
        columns: to have instead of its own.
    """
    how = partition.schema.format
    parameters = {
        **_parameters(how),
        "objectCount": str(len(partition.files)),
        "sizeKey": str(sum(file.size for file in partition.files)),
    }
    storage = _storage(how, columns or partition.schema.columns, location(partition.folder))
    return {"Values": table.values(partition), "StorageDescriptor": storage, "Parameters": parameters}


def location(path: Iterable[str], is_one_file: bool = False) -> str:
    """The address of a folder, with a slash at its end, or of a file."""
    return f"s3://{'/'.join(path)}{'' if is_one_file else '/'}"


def is_file(table: Table) -> bool:
    """Whether a table is one file, and not a folder."""
    return table.partitions[0].files[0].path == table.root


def table_name(prefix: str, table: Table) -> str:
    """The name of a table, from that of its folder."""
    return f"{prefix}{re.sub(r'[^a-z0-9_]', '_', table.root[-1].lower())}"[:_LONGEST_NAME]


def other_name(name: str, address: str) -> str:
    """The name of a table whose own is taken by one that lies elsewhere."""
    digest = hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: _LONGEST_NAME - len(digest) - 1]}_{digest}"


def _parameters(how: Format) -> dict[str, str]:
    told = {"classification": how.classification, "compressionType": how.compression}
    if how.classification == "csv":
        quoted = str(how.quoted).lower()
        told |= {"delimiter": how.delimiter, "areColumnsQuoted": quoted, "columnsOrdered": "true"}
        if how.header:
            told["skip.header.line.count"] = "1"
    return told


def _storage(how: Format, columns: Columns, address: str) -> dict[str, Any]:
    formats, serde = _serde(how, columns)
    return {
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
        "Location": address,
        **formats,
        "Compressed": how.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": serde,
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": _parameters(how),
        "StoredAsSubDirectories": False,
    }


def _serde(how: Format, columns: Columns) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    if how.classification == "parquet":
        formats = {
            "InputFormat": f"{_HIVE}.parquet.MapredParquetInputFormat",
            "OutputFormat": f"{_HIVE}.parquet.MapredParquetOutputFormat",
        }
        library, parameters = f"{_HIVE}.parquet.serde.ParquetHiveSerDe", {"serialization.format": "1"}
        return formats, {"SerializationLibrary": library, "Parameters": parameters}
    if how.classification == "json":
        paths = ",".join(name for name, _ in columns)
        return _TEXT, {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe", "Parameters": {"paths": paths}}
    if how.quoted:
        parameters = {"separatorChar": how.delimiter, "quoteChar": '"', "escapeChar": "\\"}
        return _TEXT, {"SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde", "Parameters": parameters}
    library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    return _TEXT, {"SerializationLibrary": library, "Parameters": {"field.delim": how.delimiter}}
