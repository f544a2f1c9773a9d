"""Athena's operations on work groups: location of results, and limits of queries.

Source: https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from embedded.services.aws.athena.errors import invalid_request
from embedded.services.aws.athena.store import ENGINE, PRIMARY, Json, WorkGroupStore, group_record
from embedded.services.aws.protocol.request import Request

_ENGINES = ("AUTO", "Athena engine version 3")
_RESULT = ("OutputLocation", "ExpectedBucketOwner", "AclConfiguration", "EncryptionConfiguration")
_SETTINGS = (
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "BytesScannedCutoffPerQuery",
    "RequesterPaysEnabled",
)
_PAGE = 50


class WorkGroups:
    """Operations on work groups.

    Parameters:
        store: store of the work groups.
    """

    def __init__(self, store: WorkGroupStore) -> None:
        self._store = store

    def get_work_group(self, request: Request, work_group: str) -> Json:
        """GetWorkGroup: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetWorkGroup.html"""
        return {"WorkGroup": self._store.find(request.region, work_group)}

    def list_work_groups(self, request: Request, next_token: str | None = None, max_results: int = _PAGE) -> Json:
        """ListWorkGroups.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_ListWorkGroups.html
        """
        names = self._store.names(request.region)
        rest = [name for name in names if next_token is None or name > next_token]
        page = [self._store.find(request.region, name) for name in rest[:max_results]]
        token = rest[max_results - 1] if len(rest) > max_results else None
        return {"WorkGroups": [_summary(group) for group in page], "NextToken": token}

    def create_work_group(
        self,
        request: Request,
        name: str,
        configuration: Mapping[str, Any] | None = None,
        description: str | None = None,
    ) -> None:
        """CreateWorkGroup.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html
        """
        with self._store.transaction():
            if name in self._store.names(request.region):
                raise invalid_request(f"WorkGroup {name} is already created")
            settings = {"EnforceWorkGroupConfiguration": True, **(configuration or {})}
            self._store.save(request.region, group_record(name, description, _checked(settings), created=time.time()))

    def update_work_group(
        self,
        request: Request,
        work_group: str,
        description: str | None = None,
        configuration_updates: Mapping[str, Any] | None = None,
        state: str | None = None,
    ) -> None:
        """UpdateWorkGroup.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateWorkGroup.html
        """
        with self._store.transaction():
            group = self._store.find(request.region, work_group)
            if description is not None:
                group["Description"] = description
            group["State"] = state or group["State"]
            group["Configuration"] = _updated(group["Configuration"], configuration_updates or {})
            self._store.save(request.region, group)

    def delete_work_group(self, request: Request, work_group: str, recursive_delete_option: bool = False) -> None:
        """DeleteWorkGroup, with its executions if `recursive_delete_option` is set.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html
        """
        if work_group == PRIMARY:
            raise invalid_request("The primary workgroup cannot be deleted.")
        with self._store.transaction():
            self._store.find(request.region, work_group)
            if self._store.has_executions(request.region, work_group) and not recursive_delete_option:
                raise invalid_request(f"WorkGroup {work_group} is not empty")
            self._store.delete(request.region, work_group)


def output_location(group: Mapping[str, Any], requested: str | None) -> str:
    """The location of a query's results, with a trailing slash.

    Parameters:
        group: the work group, which may enforce its own location.
        requested: location in the request.

    Raises:
        AwsError: there is no location, or it is no `s3://` URI.
    """
    settings = group["Configuration"]
    own = settings.get("ResultConfiguration", {}).get("OutputLocation")
    location = own if settings.get("EnforceWorkGroupConfiguration") and own else requested or own
    if not location:
        raise invalid_request(
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input."
        )
    if not location.startswith("s3://") or not location.removeprefix("s3://").partition("/")[0]:
        raise invalid_request("outputLocation is not a valid S3 path.")
    return location if location.endswith("/") else f"{location}/"


def _summary(group: Json) -> Json:
    kept = {name: group[name] for name in ("Name", "State", "Description", "CreationTime") if name in group}
    return kept | {"EngineVersion": group["Configuration"]["EngineVersion"]}


def _checked(settings: Mapping[str, Any]) -> Json:
    """Check that a configuration has supported settings only."""
    configuration: Json = {}
    for name, value in settings.items():
        if name == "ResultConfiguration":
            _require_known(value, _RESULT, name)
            configuration[name] = dict(value)
        elif name == "EngineVersion":
            configuration[name] = _engine(value)
        elif name in _SETTINGS:
            configuration[name] = value
        else:
            raise _unsupported(name)
    return configuration


def _updated(settings: Mapping[str, Any], updates: Mapping[str, Any]) -> Json:
    plain = {name: value for name, value in updates.items() if name in (*_SETTINGS, "EngineVersion")}
    configuration = {**settings, **_checked(plain)}
    for name, value in updates.items():
        if name == "ResultConfigurationUpdates":
            configuration["ResultConfiguration"] = _updated_result(configuration.get("ResultConfiguration", {}), value)
        elif name == "RemoveBytesScannedCutoffPerQuery":
            if value:
                configuration.pop("BytesScannedCutoffPerQuery", None)
        elif name not in plain:
            raise _unsupported(name)
    return configuration


def _updated_result(result: Mapping[str, Any], updates: Mapping[str, Any]) -> Json:
    configuration = dict(result)
    for name, value in updates.items():
        kept = name.removeprefix("Remove")
        _require_known([kept], _RESULT, "ResultConfigurationUpdates")
        if name == kept:
            configuration[name] = value
        elif value:
            configuration.pop(kept, None)
    return configuration


def _engine(value: Mapping[str, Any]) -> Json:
    selected = value.get("SelectedEngineVersion", "AUTO")
    if selected not in _ENGINES:
        raise invalid_request(f"EngineVersion {selected} is not available; use one of {', '.join(_ENGINES)}.")
    return {**ENGINE, "SelectedEngineVersion": selected}


def _require_known(names: Any, known: tuple[str, ...], where: str) -> None:
    for name in names:
        if name not in known:
            raise _unsupported(f"{where}.{name}")


def _unsupported(name: str) -> Exception:
    return invalid_request(f"Configuration.{name} is not part of the embedded AWS; leave it out.")
