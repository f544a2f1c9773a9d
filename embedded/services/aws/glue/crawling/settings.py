"""Parses targets and configuration of a crawler: on its creation to validate them, and on each crawl.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedded.services.aws.glue.errors import invalid, unsupported

_TARGET = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<folder>.*)", re.DOTALL)
_GLOB = re.compile(r"\*\*|\*|\?|\[!?[^\]]+\]|\{[^}]*\}|.", re.DOTALL)


@dataclass(frozen=True)
class Target:
    """A folder of S3 to crawl.

    Parameters:
        bucket: name of the bucket.
        folder: folder without leading and trailing slash; empty for the whole bucket.
        exclusions: patterns of paths below the folder.
        sample: maximum number of files to read in a folder; None for all.
    """

    bucket: str
    folder: str
    exclusions: tuple[re.Pattern[str], ...]
    sample: int | None

    def excludes(self, path: str) -> bool:
        """Whether a path below the folder is excluded."""
        return any(pattern.fullmatch(path) for pattern in self.exclusions)


@dataclass(frozen=True)
class Configuration:
    """How files become tables.

    Parameters:
        combine: whether schemas of one format need not be similar.
        level: folder level of tables, where the bucket is level 1; None to find it.
        inherit: whether partitions take the columns of their table.
        merge: whether an existing table keeps its columns and only gets new ones.
    """

    combine: bool = False
    level: int | None = None
    inherit: bool = False
    merge: bool = False


def parse_targets(members: Mapping[str, Any]) -> list[Target]:
    """Parse the targets of a crawler.

    Parameters:
        members: as Glue's CrawlerTargets.

    Raises:
        AwsError: there is no target, or a target is not in S3.
    """
    for name, value in members.items():
        if value and name != "S3Targets":
            raise unsupported(f"glue: Targets.{name}")
    targets = [_target(target) for target in members.get("S3Targets", [])]
    if not targets:
        raise invalid("A crawler needs a target: Targets.S3Targets")
    return targets


def parse_configuration(text: str | None) -> Configuration:
    """Parse the configuration of a crawler.

    Parameters:
        text: JSON; None for the default.

    Raises:
        AwsError: the text is invalid, or has unsupported options.
    """
    if not text:
        return Configuration()
    try:
        options = json.loads(text)
        grouping, output = options.pop("Grouping", {}), options.pop("CrawlerOutput", {})
        version = options.pop("Version", None)
    except (ValueError, AttributeError) as error:
        raise invalid("Configuration is not a JSON object") from error
    if version != 1.0:
        raise invalid(f"Configuration: Version must be 1.0, and is {version}")
    policy, level = grouping.pop("TableGroupingPolicy", None), grouping.pop("TableLevelConfiguration", None)
    partitions = output.pop("Partitions", {}).get("AddOrUpdateBehavior")
    merged = output.pop("Tables", {}).get("AddOrUpdateBehavior")
    known = policy in (None, "CombineCompatibleSchemas") and partitions in (None, "InheritFromTable")
    if options or grouping or output or not known or merged not in (None, "MergeNewColumns"):
        raise unsupported(f"glue: what the Configuration asks for ({text})")
    if level is not None and (not isinstance(level, int) or level < 1):
        raise invalid(f"Configuration: TableLevelConfiguration must be a whole number from 1, and is {level}")
    return Configuration(policy is not None, level, partitions is not None, merged is not None)


def _target(members: Mapping[str, Any]) -> Target:
    for name in ("ConnectionName", "EventQueueArn", "DlqEventQueueArn"):
        if members.get(name):
            raise unsupported(f"glue: S3Targets.{name}")
    match = _TARGET.fullmatch(members.get("Path", ""))
    if not match:
        raise invalid(f"The S3 path {members.get('Path', '')!r} must be such as s3://bucket/folder/")
    exclusions = tuple(_pattern(text) for text in members.get("Exclusions", []))
    return Target(match["bucket"], match["folder"].strip("/"), exclusions, members.get("SampleSize"))


def _pattern(text: str) -> re.Pattern[str]:
    """Compile a glob: one star stops at a slash, two do not."""
    parts = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(part) or _piece(part) for part in _GLOB.findall(text)), re.DOTALL)


def _piece(part: str) -> str:
    if part.startswith("[") and len(part) > 1:
        return part.replace("[!", "[^").replace("\\", "\\\\")
    if part.startswith("{") and len(part) > 1:
        return f"(?:{'|'.join(_pattern(choice).pattern for choice in part[1:-1].split(','))})"
    return re.escape(part)
