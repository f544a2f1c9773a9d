"""Brings the Data Catalog to what a crawler found, as its schema change policy says.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embedded.services.aws.glue.catalogue import Body, Catalogue
from embedded.services.aws.glue.crawling.grouping import Table
from embedded.services.aws.glue.crawling.settings import Configuration
from embedded.services.aws.glue.crawling.shapes import (
    CRAWLER,
    is_file,
    location,
    other_name,
    partition_input,
    table_input,
    table_name,
)

_DEPRECATED = "DEPRECATED_BY_CRAWLER"
_COMPARED = ("PartitionKeys", "StorageDescriptor")


@dataclass
class Counts:
    """What a crawl did to tables and partitions."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    partitions_created: int = 0
    partitions_updated: int = 0
    partitions_deleted: int = 0


class Changes:
    """Writes the tables of one crawl.

    Parameters:
        catalogue: to write to.
        crawler: in Glue's shape.
        configuration: of the crawler.
        say: takes a line for the crawler's log.
    """

    def __init__(
        self, catalogue: Catalogue, crawler: Body, configuration: Configuration, say: Callable[[str], None]
    ) -> None:
        self._catalogue = catalogue
        self._crawler = crawler
        self._database: str = crawler["DatabaseName"]
        self._configuration = configuration
        self._say = say
        self.counts = Counts()

    def apply(self, tables: Sequence[Table]) -> None:
        """Create, update and delete, all or nothing.

        Raises:
            AwsError: the database is not there.
        """
        with self._catalogue.db.transaction():
            there = {table["Name"]: table for table in self._catalogue.tables(self._database)}
            kept = {self._write(table, there) for table in tables}
            for name, table in there.items():
                if name not in kept and table["Parameters"].get(CRAWLER) == self._crawler["Name"]:
                    self._gone(table)

    def _write(self, table: Table, there: dict[str, Body]) -> str:
        """Write a table and its partitions; returns its name."""
        address = location(table.root, is_file(table))
        name = table_name(self._crawler.get("TablePrefix", ""), table)
        if name in there and there[name]["StorageDescriptor"].get("Location", "").rstrip("/") != address.rstrip("/"):
            name = other_name(name, address)
        given = table_input(table, name, self._crawler["Name"])
        old = there.get(name)
        if old is None:
            self._catalogue.create_table(self._database, given)
            there[name] = self._catalogue.table(self._database, name)
            self.counts.created += 1
            self._say(f"INFO : Created table {name} in database {self._database}")
        else:
            self._update(old, given)
        if table.keys:
            self._write_partitions(name, table)
        return name

    def _update(self, old: Body, given: Body) -> None:
        if self._configuration.merge:
            given["StorageDescriptor"]["Columns"] = _merged(old, given)
        changed = any(old.get(part) != given[part] for part in _COMPARED)
        stale = changed or _DEPRECATED in old["Parameters"]
        if self._crawler["SchemaChangePolicy"]["UpdateBehavior"] == "LOG":
            if changed:
                self._say(f"INFO : The schema of table {given['Name']} has changed; the policy is to leave it")
            return
        if old["PartitionKeys"] != given["PartitionKeys"]:
            partitions = self._catalogue.partitions(self._database, given["Name"])
            for one in partitions.all():  # whose values are of other keys
                partitions.delete(one["Values"])
        if stale or old["Parameters"] != given["Parameters"]:
            self._catalogue.update_table(self._database, given, archive=changed)
        if stale:
            self.counts.updated += 1
            self._say(f"INFO : Updated table {given['Name']} in database {self._database}")

    def _write_partitions(self, name: str, table: Table) -> None:
        partitions = self._catalogue.partitions(self._database, name)
        if [key["Name"] for key in partitions.keys] != table.keys:
            self._say(f"ERROR : The partition keys of table {name} differ from {table.keys}: its partitions stay")
            return
        columns = table.schema.columns if self._configuration.inherit else None
        found = {tuple(table.values(one)): partition_input(table, one, columns) for one in table.partitions}
        there = {tuple(one["Values"]): one for one in partitions.all()}
        new = [given for values, given in found.items() if values not in there]
        partitions.create_all(new)
        self.counts.partitions_created += len(new)
        for values, given in found.items():
            if values in there and any(there[values].get(part) != given[part] for part in given):
                partitions.update(values, given)
                self.counts.partitions_updated += 1
        for values in there.keys() - found.keys():
            self._partition_gone(partitions, there[values])
        if new:
            self._say(f"INFO : Created {len(new)} partitions of table {name} in database {self._database}")

    def _gone(self, table: Body) -> None:
        """A table of this crawler whose objects are not there any more."""
        behaviour = self._crawler["SchemaChangePolicy"]["DeleteBehavior"]
        if behaviour == "DELETE_FROM_DATABASE":
            self._catalogue.delete_table(self._database, table["Name"])
            self.counts.deleted += 1
        elif behaviour == "DEPRECATE_IN_DATABASE" and _DEPRECATED not in table["Parameters"]:
            self._catalogue.update_table(self._database, _deprecated(table, _TABLE_INPUT), archive=False)
            self.counts.updated += 1
        self._say(f"INFO : The objects of table {table['Name']} are gone; the policy is {behaviour}")

    def _partition_gone(self, partitions: Any, partition: Body) -> None:
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


def _merged(old: Body, given: Body) -> list[Body]:
    """The columns that a table has, and then those that are new."""
    columns = old["StorageDescriptor"]["Columns"]
    names = {column["Name"] for column in columns}
    return [*columns, *(column for column in given["StorageDescriptor"]["Columns"] if column["Name"] not in names)]
