"""Applies the tables of a crawl to the Data Catalog, by the crawler's schema change policy.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embedded.services.aws.glue.crawling.grouping import Table
from embedded.services.aws.glue.crawling.settings import Configuration
from embedded.services.aws.glue.crawling.shapes import (
    CRAWLER,
    is_file,
    location,
    partition_input,
    table_input,
    table_name,
    unique_name,
)
from embedded.services.aws.glue.partition_store import PartitionStore
from embedded.services.aws.glue.store import Body, Catalogue

_DEPRECATED = "DEPRECATED_BY_CRAWLER"
_COMPARED = ("PartitionKeys", "StorageDescriptor")


@dataclass
class Counts:
    """Numbers of tables and partitions that a crawl changed."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    partitions_created: int = 0
    partitions_updated: int = 0
    partitions_deleted: int = 0


class Changes:
    """Writes the tables of one crawl.

    Parameters:
        catalogue: target of the changes.
        crawler: in Glue's shape.
        configuration: configuration of the crawler.
        write_line: writes a line to the crawler's log.
    """

    def __init__(
        self, catalogue: Catalogue, crawler: Body, configuration: Configuration, write_line: Callable[[str], None]
    ) -> None:
        self._catalogue = catalogue
        self._crawler = crawler
        self._database: str = crawler["DatabaseName"]
        self._configuration = configuration
        self._write_line = write_line
        self.counts = Counts()

    def apply(self, tables: Sequence[Table]) -> None:
        """Create, update and delete in one transaction.

        Raises:
            AwsError: the database does not exist.
        """
        with self._catalogue.db.transaction():
            existing = {table["Name"]: table for table in self._catalogue.tables(self._database)}
            kept = {self._write(table, existing) for table in tables}
            for name, table in existing.items():
                if name not in kept and table["Parameters"].get(CRAWLER) == self._crawler["Name"]:
                    self._remove_table(table)

    def _write(self, table: Table, existing: dict[str, Body]) -> str:
        """Write a table and its partitions; returns its name."""
        address = location(table.root, is_file(table))
        name = table_name(self._crawler.get("TablePrefix", ""), table)
        if name in existing and existing[name]["StorageDescriptor"].get("Location", "").rstrip("/") != address.rstrip(
            "/"
        ):
            name = unique_name(name, address)
        new = table_input(table, name, self._crawler["Name"])
        old = existing.get(name)
        if old is None:
            self._catalogue.create_table(self._database, new)
            existing[name] = self._catalogue.table(self._database, name)
            self.counts.created += 1
            self._write_line(f"INFO : Created table {name} in database {self._database}")
        else:
            self._update(old, new)
        if table.keys:
            self._write_partitions(name, table)
        return name

    def _update(self, old: Body, new: Body) -> None:
        if self._configuration.merge:
            new["StorageDescriptor"]["Columns"] = _merge_columns(old, new)
        changed = any(old.get(part) != new[part] for part in _COMPARED)
        stale = changed or _DEPRECATED in old["Parameters"]
        if self._crawler["SchemaChangePolicy"]["UpdateBehavior"] == "LOG":
            if changed:
                self._write_line(f"INFO : The schema of table {new['Name']} has changed; the policy is to leave it")
            return
        if old["PartitionKeys"] != new["PartitionKeys"]:
            partitions = self._catalogue.partitions(self._database, new["Name"])
            for partition in partitions.all():  # their values belong to the old keys
                partitions.delete(partition["Values"])
        if stale or old["Parameters"] != new["Parameters"]:
            self._catalogue.update_table(self._database, new, archive=changed)
        if stale:
            self.counts.updated += 1
            self._write_line(f"INFO : Updated table {new['Name']} in database {self._database}")

    def _write_partitions(self, name: str, table: Table) -> None:
        partitions = self._catalogue.partitions(self._database, name)
        if [key["Name"] for key in partitions.keys] != table.keys:
            self._write_line(
                f"ERROR : The partition keys of table {name} differ from {table.keys}: its partitions stay"
            )
            return
        columns = table.schema.columns if self._configuration.inherit else None
        inputs = {tuple(table.values(part)): partition_input(table, part, columns) for part in table.partitions}
        existing = {tuple(body["Values"]): body for body in partitions.all()}
        new = [body for values, body in inputs.items() if values not in existing]
        partitions.create_all(new)
        self.counts.partitions_created += len(new)
        for values, body in inputs.items():
            if values in existing and any(existing[values].get(part) != body[part] for part in body):
                partitions.update(values, body)
                self.counts.partitions_updated += 1
        for values in existing.keys() - inputs.keys():
            self._remove_partition(partitions, existing[values])
        if new:
            self._write_line(f"INFO : Created {len(new)} partitions of table {name} in database {self._database}")

    def _remove_table(self, table: Body) -> None:
        """Apply the policy to a table of this crawler whose objects were deleted."""
        behaviour = self._crawler["SchemaChangePolicy"]["DeleteBehavior"]
        if behaviour == "DELETE_FROM_DATABASE":
            self._catalogue.delete_table(self._database, table["Name"])
            self.counts.deleted += 1
        elif behaviour == "DEPRECATE_IN_DATABASE" and _DEPRECATED not in table["Parameters"]:
            self._catalogue.update_table(self._database, _deprecated(table, _TABLE_INPUT), archive=False)
            self.counts.updated += 1
        self._write_line(f"INFO : The objects of table {table['Name']} are gone; the policy is {behaviour}")

    def _remove_partition(self, partitions: PartitionStore, partition: Body) -> None:
        behaviour = self._crawler["SchemaChangePolicy"]["DeleteBehavior"]
        if behaviour == "DELETE_FROM_DATABASE":
            partitions.delete(partition["Values"])
            self.counts.partitions_deleted += 1
        elif behaviour == "DEPRECATE_IN_DATABASE" and _DEPRECATED not in partition["Parameters"]:
            partitions.update(partition["Values"], _deprecated(partition, _PARTITION_INPUT))
            self.counts.partitions_updated += 1


_TABLE_INPUT = ("Name", "Owner", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor", "Description")
_PARTITION_INPUT = ("Values", "StorageDescriptor", "Parameters")


def _deprecated(body: Mapping[str, Any], members: Sequence[str]) -> Body:
    kept = {name: body[name] for name in members if name in body}
    return {**kept, "Parameters": {**body["Parameters"], _DEPRECATED: str(int(time.time() * 1000))}}


def _merge_columns(old: Body, new: Body) -> list[Body]:
    """The columns of a table, then the new ones."""
    columns = old["StorageDescriptor"]["Columns"]
    names = {column["Name"] for column in columns}
    return [*columns, *(column for column in new["StorageDescriptor"]["Columns"] if column["Name"] not in names)]
