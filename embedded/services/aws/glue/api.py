"""Glue's operations on databases and tables of the Data Catalog.

Each method is an operation as `embedded.services.aws.protocol.dispatcher` calls it; its parameters are described at
https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.catalogue import Body, Catalogue
from embedded.services.aws.glue.errors import invalid, missing
from embedded.services.aws.protocol.dispatcher import Call
from embedded.services.aws.protocol.pages import page
from embedded.shared.sqlite import Database

Output = Mapping[str, Any]
PAGE = 100
_LINKS = ("TargetDatabase", "FederatedDatabase", "TargetTable", "FederatedTable", "ViewDefinition")


def own_catalogue(db: Database, call: Call, catalog_id: str | None) -> Catalogue:
    """The catalogue that a request means.

    Raises:
        AwsError: it means that of another account.
    """
    if catalog_id not in (None, ACCOUNT):
        raise missing(f"Catalog {catalog_id}")
    return Catalogue(db, call.region)


def listed(
    name: str, items: Iterable[Any], key: Callable[[Any], Any], token: str | None, size: int | None
) -> dict[str, Any]:
    """A page of a list as Glue tells it.

    Parameters:
        name: of the list in the output.
        items: all of them.
        key: what they are ordered by.
        token: of the page before.
        size: items that were asked for.
    """
    found, following = page(items, key, token, size or PAGE, "InvalidInputException")
    return {name: found, "NextToken": following}


def failures(names: Iterable[Any], work: Callable[[Any], None], told: Callable[[Any], Body], detail: str) -> list[Body]:
    """Do something for each of several things, and tell what went wrong with which, as Glue's batches do.

    Parameters:
        names: the things.
        work: raises AwsError.
        told: says in an error which thing is meant.
        detail: the name of the member that holds code and message.
    """
    errors = []
    for name in names:
        try:
            work(name)
        except AwsError as error:
            errors.append({**told(name), detail: {"ErrorCode": error.code, "ErrorMessage": error.message}})
    return errors


class Databases:
    """Operations on databases."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create_database(self, call: Call, database_input: Body, catalog_id: str | None = None) -> None:
        _refuse_links(database_input)
        own_catalogue(self._db, call, catalog_id).create_database(database_input)

    def get_database(self, call: Call, name: str, catalog_id: str | None = None) -> Output:
        return {"Database": own_catalogue(self._db, call, catalog_id).database(name)}

    def get_databases(
        self,
        call: Call,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        found = own_catalogue(self._db, call, catalog_id).databases()
        return listed("DatabaseList", found, _name, next_token, max_results)

    def update_database(self, call: Call, name: str, database_input: Body, catalog_id: str | None = None) -> None:
        _refuse_links(database_input)
        if database_input["Name"].lower() != name.lower():
            raise invalid("A database cannot be renamed")
        own_catalogue(self._db, call, catalog_id).update_database(name, database_input)

    def delete_database(self, call: Call, name: str, catalog_id: str | None = None) -> None:
        own_catalogue(self._db, call, catalog_id).delete_database(name)


class Tables:
    """Operations on tables and their versions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create_table(
        self, call: Call, database_name: str, table_input: Body | None = None, catalog_id: str | None = None
    ) -> None:
        given = _checked(table_input)
        own_catalogue(self._db, call, catalog_id).create_table(database_name, given)

    def update_table(
        self,
        call: Call,
        database_name: str,
        table_input: Body | None = None,
        catalog_id: str | None = None,
        skip_archive: bool = False,
        version_id: str | None = None,
    ) -> None:
        given = _checked(table_input)
        catalogue = own_catalogue(self._db, call, catalog_id)
        catalogue.update_table(database_name, given, not skip_archive, version_id)

    def get_table(self, call: Call, database_name: str, name: str, catalog_id: str | None = None) -> Output:
        return {"Table": own_catalogue(self._db, call, catalog_id).table(database_name, name)}

    def get_tables(
        self,
        call: Call,
        database_name: str,
        expression: str | None = None,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        found = own_catalogue(self._db, call, catalog_id).tables(database_name)
        if expression:
            pattern = _pattern(expression)
            found = [table for table in found if pattern.fullmatch(table["Name"])]
        return listed("TableList", found, _name, next_token, max_results)

    def delete_table(self, call: Call, database_name: str, name: str, catalog_id: str | None = None) -> None:
        own_catalogue(self._db, call, catalog_id).delete_table(database_name, name)

    def batch_delete_table(
        self, call: Call, database_name: str, tables_to_delete: list[str], catalog_id: str | None = None
    ) -> Output:
        catalogue = own_catalogue(self._db, call, catalog_id)
        catalogue.database(database_name)
        delete = partial(catalogue.delete_table, database_name)
        return {"Errors": failures(tables_to_delete, delete, lambda name: {"TableName": name}, "ErrorDetail")}

    def get_table_version(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        version_id: str | None = None,
        catalog_id: str | None = None,
    ) -> Output:
        catalogue = own_catalogue(self._db, call, catalog_id)
        version = version_id or catalogue.table(database_name, table_name)["VersionId"]
        return {"TableVersion": _version(catalogue.version(database_name, table_name, version))}

    def get_table_versions(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        found = own_catalogue(self._db, call, catalog_id).versions(database_name, table_name)
        versions = map(_version, found)
        return listed("TableVersions", versions, lambda one: -int(one["VersionId"]), next_token, max_results)

    def delete_table_version(
        self, call: Call, database_name: str, table_name: str, version_id: str, catalog_id: str | None = None
    ) -> None:
        own_catalogue(self._db, call, catalog_id).delete_version(database_name, table_name, version_id)

    def batch_delete_table_version(
        self, call: Call, database_name: str, table_name: str, version_ids: list[str], catalog_id: str | None = None
    ) -> Output:
        catalogue = own_catalogue(self._db, call, catalog_id)
        catalogue.table(database_name, table_name)
        delete = partial(catalogue.delete_version, database_name, table_name)

        def told(version: str) -> Body:
            return {"TableName": table_name, "VersionId": version}

        return {"Errors": failures(version_ids, delete, told, "ErrorDetail")}


def _checked(given: Body | None) -> Body:
    """A TableInput that can be kept; AwsError if it is none."""
    if given is None:
        raise invalid("TableInput is required: Iceberg's own form is not part of the embedded AWS")
    _refuse_links(given)
    return given


def _refuse_links(given: Body) -> None:
    for name in _LINKS:
        if given.get(name):
            raise AwsError("NotImplemented", f"{name} is not part of the embedded AWS; leave it out.", 501)


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise invalid(f"Expression {text!r} is no regular expression: {error}") from error


def _version(body: Body) -> Body:
    return {"Table": body, "VersionId": body["VersionId"]}


def _name(body: Body) -> str:
    return body["Name"]
