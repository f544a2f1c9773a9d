"""The fields of a service's settings: each is one environment variable with its default and its rules.

A service declares them in a dataclass:

    @dataclass(frozen=True)
    class ToySettings:
        port: int = setting.port("TOY_PORT", 7000)
        user: str = setting.name("TOY_USER", "admin")
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

METADATA_KEY = "setting"


class Kind(Enum):
    """What a value has to be."""

    TEXT = auto()
    NAME = auto()
    """Letters, digits and underscores: such as a user or a database."""
    PORT = auto()
    NUMBER = auto()
    EMAIL = auto()
    STRONG_PASSWORD = auto()
    """Kestra's rule: 8 characters or more, of three kinds."""
    GOOGLE_PROJECT = auto()
    MEMORY = auto()
    DURATION = auto()
    """As ISO 8601 has it, in days or less: such as P30D or PT12H."""
    URL = auto()
    FOLDER = auto()
    CHOICE = auto()


@dataclass(frozen=True)
class Setting:
    """One environment variable of a service.

    Attributes:
        field: its name in the service's settings.
        default: None for none.
        container_port: of a port, the one that the service listens on in its container.
        low, high: the range of a number.
        choices: the values that there are, of a choice.
        secret: True if no representation of the settings may show it.
        for_clients: False for what concerns the service's process alone.
    """

    variable: str
    kind: Kind
    default: str | int | None
    field: str = ""
    container_port: int = 0
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    secret: bool = False
    for_clients: bool = True


def settings_of(settings: type[Any]) -> tuple[Setting, ...]:
    """The settings that a dataclass of the functions below declares, in order."""
    return tuple(
        dataclasses.replace(field.metadata[METADATA_KEY], field=field.name) for field in dataclasses.fields(settings)
    )


def port(variable: str, default: int, container: int | None = None) -> Any:
    """A port; 0 asks for any free one.

    Parameters:
        variable: the environment variable.
        default: the port on this machine.
        container: the port inside the service's container; the default if None.
    """
    return _field(Setting(variable, Kind.PORT, default, container_port=default if container is None else container))


def number(variable: str, default: int, low: int, high: int) -> Any:
    """A whole number.

    Parameters:
        variable: the environment variable.
        default: the value where none is set.
        low, high: the least and the greatest allowed value.
    """
    return _field(Setting(variable, Kind.NUMBER, default, low=low, high=high))


def text(variable: str, default: str | None) -> Any:
    """A line of text."""
    return _field(Setting(variable, Kind.TEXT, default))


def name(variable: str, default: str) -> Any:
    """A plain name, as users and databases have."""
    return _field(Setting(variable, Kind.NAME, default))


def secret(variable: str, default: str, kind: Kind = Kind.TEXT) -> Any:
    """A password or a key.

    Parameters:
        variable: the environment variable.
        default: the value where none is set.
        kind: its rules.
    """
    return _field(Setting(variable, kind, default, secret=True))


def email(variable: str, default: str) -> Any:
    """An e-mail address."""
    return _field(Setting(variable, Kind.EMAIL, default))


def google_project(variable: str, default: str) -> Any:
    """The id of a Google Cloud project."""
    return _field(Setting(variable, Kind.GOOGLE_PROJECT, default))


def memory(variable: str, default: str | None = None) -> Any:
    """A size such as 512m, of the service's process; None for the process's own default."""
    return _field(Setting(variable, Kind.MEMORY, default, for_clients=False))


def choice(variable: str, *choices: str) -> Any:
    """One of some values; the first where none is set."""
    return _field(Setting(variable, Kind.CHOICE, choices[0], choices=choices))


def duration(variable: str) -> Any:
    """A time such as P30D, of the service's process; None where none is set."""
    return _field(Setting(variable, Kind.DURATION, None, for_clients=False))


def url(variable: str) -> Any:
    """An address that begins with http:// or https://; None where none is set."""
    return _field(Setting(variable, Kind.URL, None))


def folder(variable: str, default: str) -> Any:
    """A folder; a relative path starts at the project's folder."""
    return _field(Setting(variable, Kind.FOLDER, default))


def _field(setting: Setting) -> Any:
    return dataclasses.field(default=setting.default, repr=not setting.secret, metadata={METADATA_KEY: setting})
