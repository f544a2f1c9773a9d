"""Finds and lists Batch's resources for their operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded.services.aws.batch.errors import refused
from embedded.services.aws.batch.store import BatchStore, Body
from embedded.services.aws.protocol.pages import paginate
from embedded.services.aws.protocol.request import Request

Output = Mapping[str, Any]
PAGE = 100


def list_response(name: str, items: list[Body], key: str, token: str | None, size: int) -> Output:
    """A page of a list.

    Parameters:
        name: name of the list in the output.
        items: the whole list.
        key: member that the list is sorted by.
        token: token of the previous page.
        size: maximum number of items.
    """
    page, following = paginate(items, lambda item: item[key], token, size, "ClientException")
    return {name: page, "nextToken": following}


def list_in_order(name: str, items: list[Body], token: str | None, size: int) -> Output:
    """A page of a list whose order stays.

    Parameters:
        name: name of the list in the output.
        items: the whole list.
        token: token of the previous page.
        size: maximum number of items.
    """
    page, following = paginate(enumerate(items), lambda pair: pair[0], token, size, "ClientException")
    return {name: [item for _, item in page], "nextToken": following}


def select_resources(store: BatchStore, kind: str, request: Request, references: list[str] | None) -> list[Body]:
    """The resources of a kind with one of the references; all without references.

    Parameters:
        store: all resources.
        kind: `ENVIRONMENT` or `QUEUE`.
        request: its region counts.
        references: names or ARNs.
    """
    if not references:
        return store.resources(kind, request.region)
    selected = {}
    for reference in references:
        body = store.resource(kind, request.region, reference)
        if body:
            selected[reference.rpartition("/")[2]] = body
    return list(selected.values())


def require_resource(store: BatchStore, kind: str, request: Request, reference: str) -> Body:
    """A resource by its name or ARN.

    Parameters:
        store: all resources.
        kind: `ENVIRONMENT` or `QUEUE`.
        request: its region counts.
        reference: name or ARN.

    Raises:
        AwsError: there is no such resource.
    """
    body = store.resource(kind, request.region, reference)
    if body is None:
        raise refused(f"{reference} does not exist")
    return body
