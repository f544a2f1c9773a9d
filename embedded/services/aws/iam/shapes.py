"""Roles, instance profiles and lists in IAM's shapes.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Types.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from embedded.services.aws.iam.store import Body, IamStore
from embedded.services.aws.protocol.pages import paginate

Output = Mapping[str, Any]
PAGE = 100
INTERNAL = ("Policies", "Attached")
"""Members of a stored role that are not in IAM's shape."""


def role_shape(body: Body) -> Body:
    """A stored role in IAM's shape."""
    members = {name: value for name, value in body.items() if name not in INTERNAL}
    return {**members, "AssumeRolePolicyDocument": quote(body["AssumeRolePolicyDocument"], safe="")}


def instance_profile_shape(store: IamStore, body: Body) -> Body:
    """A stored instance profile in IAM's shape, with its role."""
    return {**body, "Roles": [role_shape(store.find("role", name)) for name in body["Roles"]]}


def list_response(name: str, items: Iterable[Body], key: str, marker: str | None, size: int) -> Output:
    """A page of a list.

    Parameters:
        name: name of the list in the output.
        items: the whole list.
        key: member that the list is sorted by.
        marker: marker of the previous page.
        size: maximum number of items.
    """
    items_of_page, following = paginate(items, lambda item: item[key], marker, size, "ValidationError")
    return {name: items_of_page, "IsTruncated": following is not None, "Marker": following}
