"""Work groups: where results go, and how much a query may read.

Source: https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from embedded.services.aws.athena.errors import invalid_request
from embedded.services.aws.protocol.request import Request
from embedded.shared.sqlite import Database

TABLES = """
CREATE TABLE IF NOT EXISTS workgroups (
    region TEXT NOT NULL, name TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (region, name)) WITHOUT ROWID;
"""
PRIMARY = "primary"
"""Is there in every region, and stays."""
ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
_ENGINES = ("AUTO", "Athena engine version 3")
_RESULT = ("OutputLocation", "ExpectedBucketOwner", "AclConfiguration", "EncryptionConfiguration")
_SETTINGS = (
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "BytesScannedCutoffPerQuery",
    "RequesterPaysEnabled",
)
_PAGE = 50
Json = dict[str, Any]


class WorkGroups:
    """The work groups of all regions; its methods named as operations answer them.

    Parameters:
        db: with TABLES and the table of executions.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, region: str, name: str) -> Json:
        """A work group as GetWorkGroup tells it.

        Raises:
            AwsError: there is none of that name.
        """
        found = self._db.rows("SELECT record FROM workgroups WHERE region = ? AND name = ?", region, name)
        if found:
            return json.loads(found[0][0])
        if name == PRIMARY:
            return _record(PRIMARY, None, {"EnforceWorkGroupConfiguration": False}, created=0)
        raise invalid_request(f"WorkGroup {name} is not found.", "WORKGROUP_NOT_FOUND")

    def get_work_group(self, request: Request, work_group: str) -> Json:
        """GetWorkGroup: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetWorkGroup.html"""
        return {"WorkGroup": self.find(request.region, work_group)}

    def list_work_groups(self, request: Request, next_token: str | None = None, max_results: int = _PAGE) -> Json:
        """ListWorkGroups.

        Parameters: as in https://docs.aws.amazon.com/athena/latest/APIReference/API_ListWorkGroups.html
        """
        stored = self._db.rows("SELECT name FROM workgroups WHERE region = ?", request.region)
        names = sorted({PRIMARY, *(name for (name,) in stored)})
        rest = [name for name in names if next_token is None or name > next_token]
        page = [self.find(request.region, name) for name in rest[:max_results]]
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
        with self._db.transaction():
            if name == PRIMARY or self._stored(request.region, name):
                raise invalid_request(f"WorkGroup {name} is already created")
            settings = {"EnforceWorkGroupConfiguration": True, **(configuration or {})}
            self._put(request.region, _record(name, description, _checked(settings), created=time.time()))

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
        with self._db.transaction():
            group = self.find(request.region, work_group)
            if description is not None:
                group["Description"] = description
            group["State"] = state or group["State"]
            group["Configuration"] = _updated(group["Configuration"], configuration_updates or {})
            self._put(request.region, group)

    def delete_work_group(self, request: Request, work_group: str, recursive_delete_option: bool = False) -> None:
        """DeleteWorkGroup: its executions go with it, if that was asked for."""
        if work_group == PRIMARY:
            raise invalid_request("The primary workgroup cannot be deleted.")
        with self._db.transaction() as db:
            self.find(request.region, work_group)
            mine = (request.region, work_group)
            sql = "SELECT 1 FROM executions WHERE region = ? AND workgroup = ? LIMIT 1"
            if db.execute(sql, mine).fetchone() and not recursive_delete_option:
                raise invalid_request(f"WorkGroup {work_group} is not empty")
            db.execute("DELETE FROM executions WHERE region = ? AND workgroup = ?", mine)
            db.execute("DELETE FROM workgroups WHERE region = ? AND name = ?", mine)

    def _stored(self, region: str, name: str) -> bool:
        return bool(self._db.rows("SELECT 1 FROM workgroups WHERE region = ? AND name = ?", region, name))

    def _put(self, region: str, group: Json) -> None:
        values = (region, group["Name"], json.dumps(group))
        self._db.rows("INSERT OR REPLACE INTO workgroups VALUES (?, ?, ?)", *values)


def output_location(group: Mapping[str, Any], asked: str | None) -> str:
    """Where a query's results go, with a slash at its end.

    Parameters:
        group: the work group, which may insist on its own place.
        asked: the place that the request names.

    Raises:
        AwsError: neither names one, or it is no address of S3.
    """
    settings = group["Configuration"]
    own = settings.get("ResultConfiguration", {}).get("OutputLocation")
    place = own if settings.get("EnforceWorkGroupConfiguration") and own else asked or own
    if not place:
        raise invalid_request(
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input."
        )
    if not place.startswith("s3://") or not place.removeprefix("s3://").partition("/")[0]:
        raise invalid_request("outputLocation is not a valid S3 path.")
    return place if place.endswith("/") else f"{place}/"


def _record(name: str, description: str | None, settings: Mapping[str, Any], created: float) -> Json:
    configuration = {"EngineVersion": ENGINE, "PublishCloudWatchMetricsEnabled": False, **settings}
    record = {"Name": name, "State": "ENABLED", "Configuration": configuration, "CreationTime": created}
    return record | ({"Description": description} if description is not None else {})


def _summary(group: Json) -> Json:
    kept = {name: group[name] for name in ("Name", "State", "Description", "CreationTime") if name in group}
    return kept | {"EngineVersion": group["Configuration"]["EngineVersion"]}


def _checked(settings: Mapping[str, Any]) -> Json:
    """A configuration with nothing in it that would have no effect here."""
    found: Json = {}
    for name, value in settings.items():
        if name == "ResultConfiguration":
            _known(value, _RESULT, name)
            found[name] = dict(value)
        elif name == "EngineVersion":
            found[name] = _engine(value)
        elif name in _SETTINGS:
            found[name] = value
        else:
            raise _absent(name)
    return found


def _updated(settings: Mapping[str, Any], updates: Mapping[str, Any]) -> Json:
    plain = {name: value for name, value in updates.items() if name in (*_SETTINGS, "EngineVersion")}
    found = {**settings, **_checked(plain)}
    for name, value in updates.items():
        if name == "ResultConfigurationUpdates":
            found["ResultConfiguration"] = _updated_result(found.get("ResultConfiguration", {}), value)
        elif name == "RemoveBytesScannedCutoffPerQuery":
            if value:
                found.pop("BytesScannedCutoffPerQuery", None)
        elif name not in plain:
            raise _absent(name)
    return found


def _updated_result(result: Mapping[str, Any], updates: Mapping[str, Any]) -> Json:
    found = dict(result)
    for name, value in updates.items():
        kept = name.removeprefix("Remove")
        _known([kept], _RESULT, "ResultConfigurationUpdates")
        if name == kept:
            found[name] = value
        elif value:
            found.pop(kept, None)
    return found


def _engine(value: Mapping[str, Any]) -> Json:
    selected = value.get("SelectedEngineVersion", "AUTO")
    if selected not in _ENGINES:
        raise invalid_request(f"EngineVersion {selected} is not available; use one of {', '.join(_ENGINES)}.")
    return {**ENGINE, "SelectedEngineVersion": selected}


def _known(names: Any, known: tuple[str, ...], where: str) -> None:
    for name in names:
        if name not in known:
            raise _absent(f"{where}.{name}")


def _absent(name: str) -> Exception:
    return invalid_request(f"Configuration.{name} is not part of the embedded AWS; leave it out.")
