"""What Glue's operations share: the catalogue of a request, pages, and errors of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.errors import missing, unsupported
from embedded.services.aws.glue.store import Body, Catalogue
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request
from embedded.shared.sqlite import Database

Output = Mapping[str, Any]
PAGE = 100
_LINKS = ("TargetDatabase", "FederatedDatabase", "TargetTable", "FederatedTable", "ViewDefinition")


def open_catalogue(db: Database, request: Request, catalog_id: str | None) -> Catalogue:
    """The catalogue that a request addresses.

    Parameters:
        db: the database of all catalogues.
        request: its region counts.
        catalog_id: an account, which must be the emulator's; None for that account.

    Raises:
        AwsError: the catalogue is another account's.
    """
    if catalog_id not in (None, ACCOUNT):
        raise missing(f"Catalog {catalog_id}")
    return Catalogue(db, request.region)


def list_response(
    name: str, items: Iterable[Any], key: Callable[[Any], Any], token: str | None, size: int | None
) -> dict[str, Any]:
    """A page of a list.

    Parameters:
        name: name of the list in the output.
        items: the whole list.
        key: sort key.
        token: token of the previous page.
        size: requested number of items; None for the default.
    """
    page, following = paginate(items, key, token, size or PAGE, "InvalidInputException")
    return {name: page, "NextToken": following}


def batch_errors(
    items: Iterable[Any], work: Callable[[Any], None], identify: Callable[[Any], Body], detail: str
) -> list[Body]:
    """Do something for each item of a batch, and collect the errors in Glue's shape.

    Parameters:
        items: the items of the batch.
        work: raises AwsError.
        identify: the members that identify an item in its error.
        detail: name of the member with code and message.
    """
    errors = []
    for item in items:
        try:
            work(item)
        except AwsError as error:
            errors.append({**identify(item), detail: {"ErrorCode": error.code, "ErrorMessage": error.message}})
    return errors


def name_of(body: Body) -> str:
    """The name of a database, a table or a crawler."""
    return body["Name"]


def refuse_links(members: Body) -> None:
    """Refuse links to databases and tables elsewhere.

    Raises:
        AwsError: NotImplemented.
    """
    for name in _LINKS:
        if members.get(name):
            raise unsupported(name)
