"""What a crawler is told: checked when it is made, read when it runs.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.errors import invalid

_TARGET = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<folder>.*)", re.DOTALL)
_GLOB = re.compile(r"\*\*|\*|\?|\[!?[^\]]+\]|\{[^}]*\}|.", re.DOTALL)


@dataclass(frozen=True)
class Target:
    """A folder of S3 to crawl.

    Parameters:
        bucket: its bucket.
        folder: the folder without slashes at its ends; empty for the whole bucket.
        exclusions: of paths below the folder.
        sample: files of a folder to read; None for all.
    """

    bucket: str
    folder: str
    exclusions: tuple[re.Pattern[str], ...]
    sample: int | None

    def excludes(self, path: str) -> bool:
        """Whether a path below the folder is not to be read."""
        return any(pattern.fullmatch(path) for pattern in self.exclusions)


@dataclass(frozen=True)
class Configuration:
    """How tables are made.

    Parameters:
        combine: whether schemas of one format need not be similar.
        level: where tables begin, the bucket being level 1; None to find it.
        inherit: whether partitions take the columns of their table.
        merge: whether an existing table keeps its columns and is only given new ones.
    """

    combine: bool = False
    level: int | None = None
    inherit: bool = False
    merge: bool = False


def targets(given: Mapping[str, Any]) -> list[Target]:
    """The targets of a crawler.

    Parameters:
        given: as Glue's CrawlerTargets.

    Raises:
        AwsError: there is none, or one that is not of S3.
    """
    for name, value in given.items():
        if value and name != "S3Targets":
            raise _absent(f"Targets.{name}")
    found = [_target(target) for target in given.get("S3Targets", [])]
    if not found:
        raise invalid("A crawler needs a target: Targets.S3Targets")
    return found


def configuration(text: str | None) -> Configuration:
    """The configuration of a crawler.

    Parameters:
        text: as JSON; None for the default.

    Raises:
        AwsError: it is none, or asks for what is absent here.
    """
    if not text:
        return Configuration()
    try:
        given = json.loads(text)
        grouping, output = given.pop("Grouping", {}), given.pop("CrawlerOutput", {})
        version = given.pop("Version", None)
    except (ValueError, AttributeError) as error:
        raise invalid("Configuration is not a JSON object") from error
    if version != 1.0:
        raise invalid(f"Configuration: Version must be 1.0, and is {version}")
    policy, level = grouping.pop("TableGroupingPolicy", None), grouping.pop("TableLevelConfiguration", None)
    partitions = output.pop("Partitions", {}).get("AddOrUpdateBehavior")
    merged = output.pop("Tables", {}).get("AddOrUpdateBehavior")
    known = policy in (None, "CombineCompatibleSchemas") and partitions in (None, "InheritFromTable")
    if given or grouping or output or not known or merged not in (None, "MergeNewColumns"):
        raise _absent(f"what the Configuration asks for ({text})")
    if level is not None and (not isinstance(level, int) or level < 1):
        raise invalid(f"Configuration: TableLevelConfiguration must be a whole number from 1, and is {level}")
    return Configuration(policy is not None, level, partitions is not None, merged is not None)


def _target(given: Mapping[str, Any]) -> Target:
    for name in ("ConnectionName", "EventQueueArn", "DlqEventQueueArn"):
        if given.get(name):
            raise _absent(f"S3Targets.{name}")
    found = _TARGET.fullmatch(given.get("Path", ""))
    if not found:
        raise invalid(f"The S3 path {given.get('Path', '')!r} must be such as s3://bucket/folder/")
    exclusions = tuple(_pattern(text) for text in given.get("Exclusions", []))
    return Target(found["bucket"], found["folder"].strip("/"), exclusions, given.get("SampleSize"))


def _pattern(text: str) -> re.Pattern[str]:
    """A glob: one star stops at a slash, two do not."""
    parts = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(part) or _piece(part) for part in _GLOB.findall(text)), re.DOTALL)


def _piece(part: str) -> str:
    if part.startswith("[") and len(part) > 1:
        return part.replace("[!", "[^").replace("\\", "\\\\")
    if part.startswith("{") and len(part) > 1:
        return f"(?:{'|'.join(_pattern(choice).pattern for choice in part[1:-1].split(','))})"
    return re.escape(part)


def _absent(what: str) -> AwsError:
    return AwsError("NotImplemented", f"glue: {what} is not part of the embedded AWS; leave it out.", 501)
