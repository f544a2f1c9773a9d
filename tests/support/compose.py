"""The Docker stack as Compose would see it with an empty `.env`, from its texts alone: nothing is started."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

from tests.support.stack import ROOT

FILES = ("docker-compose.yml", "docker-compose.dev.yml", "docker/compose.gcp.yml", "docker/compose.distributed.yml")
_DEFAULT = re.compile(r"(?<!\$)\$\{\w+:?-([^{}]*)\}")


def plain(text: str) -> str:
    """A text with every `${NAME:-default}` replaced by its default, the innermost first."""
    while (replaced := _DEFAULT.sub(r"\1", text)) != text:
        text = replaced
    return text


class Stack:
    """One compose file.

    Parameters:
        name: of the file, in the project's folder.
        texts: other texts for some files, to see what a change of them does.
    """

    def __init__(self, name: str, texts: Mapping[str, str] | None = None) -> None:
        self._texts = texts or {}
        self.text = plain(self.read(name))
        self.whole: dict[str, Any] = yaml.safe_load(self.text)
        self.services: dict[str, dict[str, Any]] = self.whole["services"]

    def read(self, name: str) -> str:
        """The text of a file of the project."""
        return self._texts.get(name) or (ROOT / name).read_text()

    def environment(self, service: str) -> dict[str, str]:
        """What a service sees: its env_files in order, then its own entries."""
        told = self.services[service]
        seen: dict[str, str] = {}
        for entry in told.get("env_file", []):
            if isinstance(entry, str):  # the others need not be there
                seen |= self._variables(entry)
        return seen | {name: str(value) for name, value in told.get("environment", {}).items()}

    def configuration(self, service: str = "kestra") -> dict[str, Any]:
        """Kestra's own configuration."""
        return yaml.safe_load(self.environment(service)["KESTRA_CONFIGURATION"])

    def published(self, service: str, inside: int) -> int:
        """The port of this machine behind which a port of a container is."""
        ports = {int(port.split(":")[2]): int(port.split(":")[1]) for port in self.services[service]["ports"]}
        return ports[inside]

    def tag(self, service: str) -> str:
        """The version of a service's image."""
        return self.services[service]["image"].rpartition(":")[2]

    def _variables(self, name: str) -> dict[str, str]:
        lines = plain(self.read(name)).splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def example(texts: Mapping[str, str] | None = None) -> dict[str, str]:
    """What `.env.example` shows as the default of each variable."""
    text = (texts or {}).get(".env.example") or Path(ROOT, ".env.example").read_text()
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", text, re.MULTILINE))


def lessons() -> dict[str, str | None]:
    """What a learner puts into `.env` for all lessons."""
    return dotenv_values(ROOT / "docker" / "lessons.env", interpolate=False)


def sample_secrets() -> dict[str, str | None]:
    """The sample secrets, in base64."""
    return dotenv_values(ROOT / "docker" / "secrets.sample.env", interpolate=False)
