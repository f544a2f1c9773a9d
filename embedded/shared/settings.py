"""The settings of the embedded stack: environment first, then `.env`, then the defaults of the catalog."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from dotenv import dotenv_values

import catalog
from catalog.setting import Kind, Setting
from catalog.spec import ServiceSpec
from embedded.shared.durations import duration
from embedded.shared.paths import ROOT, cache_folder

S = TypeVar("S")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
_PASSED_ON = ("ENV_", "SECRET_")
_OURS = (*(prefix for spec in catalog.SERVICES for prefix in spec.prefixes), *_PASSED_ON)


class SettingsError(ValueError):
    """A setting has a value that cannot work; the message names it and says what would."""


@dataclass(frozen=True)
class Settings:
    """Checked settings of one stack; those of a service are `settings[CLICKHOUSE].port` and so on.

    Ports are the wanted ones: a taken port is replaced at start.

    Attributes:
        home: the state folder.
        cache: the folder of what is fetched or built once.
        real_aws: whether flows work on an account of AWS itself; then the keys of AWS are of that account.
        services: the settings of each service, by its name.
        passed_on: variables named ENV_* and SECRET_*, which reach flows as `envs.*` and `secret()`.
    """

    home: Path
    cache: Path
    real_aws: bool
    services: Mapping[str, Any]
    passed_on: Mapping[str, str] = field(repr=False, default_factory=dict)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, env_file: Path = ROOT / ".env") -> Settings:
        """Read and check every setting.

        Parameters:
            environ: the environment to read; the process's own by default.
            env_file: a file of KEY=value lines; absent is fine.

        Raises:
            SettingsError: a value cannot work.
        """
        values = _merged(os.environ if environ is None else environ, env_file)
        return cls(
            home=_folder(values, Setting("EMBEDDED_HOME", Kind.FOLDER, ".embedded")),
            cache=_folder(values, Setting("EMBEDDED_CACHE", Kind.FOLDER, str(cache_folder()))),
            real_aws=_text(values, Setting("WORKBOOK_STACK", Kind.TEXT, "embedded")) == "cloud",
            services={spec.name: from_environment(spec, values) for spec in catalog.SERVICES},
            passed_on={name: value for name, value in values.items() if name.startswith(_PASSED_ON)},
        )

    def __getitem__(self, spec: ServiceSpec[S]) -> S:
        """The settings of a service."""
        return cast(S, self.services[spec.name])


def from_environment(spec: ServiceSpec[S], values: Mapping[str, str]) -> S:
    """Read and check the settings of one service.

    Parameters:
        spec: the service's entry in the catalog.
        values: variables that are set; the defaults of the others hold.

    Raises:
        SettingsError: a value cannot work.
    """
    return spec.settings(**{setting.field: _READERS[setting.kind](values, setting) for setting in spec.all_settings})


def foreign(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without our own variables: a service gets those that it needs, at their latest values."""
    return {name: value for name, value in environ.items() if not name.startswith(_OURS)}


def _merged(environ: Mapping[str, str], env_file: Path) -> dict[str, str]:
    try:
        from_file = dotenv_values(env_file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read ({error}): make it a readable UTF-8 file") from error
    # An empty variable means "not set", as in a compose file.
    return {name: value for source in (from_file, environ) for name, value in source.items() if value}


def _text(values: Mapping[str, str], setting: Setting) -> str:
    value = values.get(setting.variable, str(setting.default))
    if any(ord(character) < 32 for character in value):
        raise SettingsError(f"{setting.variable} holds a line break or another control character: write it on one line")
    return value


def _optional_text(values: Mapping[str, str], setting: Setting) -> str:
    """A text; empty where there is neither a value nor a default."""
    return "" if setting.default is None and setting.variable not in values else _text(values, setting)


def _folder(values: Mapping[str, str], setting: Setting) -> Path:
    return (ROOT / Path(_text(values, setting)).expanduser()).resolve()


def _number(values: Mapping[str, str], setting: Setting) -> int:
    return _whole(values, setting, setting.low, setting.high)


def _port(values: Mapping[str, str], setting: Setting) -> int:
    return _whole(values, setting, 0, 65535)


def _whole(values: Mapping[str, str], setting: Setting, low: int, high: int) -> int:
    text = _text(values, setting)
    number = int(text) if re.fullmatch(r"\d{1,18}", text) else -1
    if not low <= number <= high:
        raise SettingsError(f"{setting.variable} is {text!r}: set it to a whole number from {low} to {high}")
    return number


def _email(values: Mapping[str, str], setting: Setting) -> str:
    value = _text(values, setting)
    if not _EMAIL.fullmatch(value):
        raise SettingsError(
            f"{setting.variable} is {value!r}: Kestra takes an e-mail address, such as {setting.default}"
        )
    return value


def _strong_password(values: Mapping[str, str], setting: Setting) -> str:
    value = _text(values, setting)
    parts = {"a lower-case letter": "[a-z]", "an upper-case letter": "[A-Z]", "a digit": "[0-9]"}
    missing = [part for part, pattern in parts.items() if not re.search(pattern, value)]
    if len(value) < 8:
        missing.insert(0, "at least 8 characters")
    if missing:
        raise SettingsError(
            f"{setting.variable} does not have {' and '.join(missing)}: "
            "Kestra wants 8 or more characters with a lower-case letter, an upper-case letter and a digit"
        )
    return value


def _plain_name(values: Mapping[str, str], setting: Setting) -> str:
    value = _text(values, setting)
    if not _PLAIN_NAME.fullmatch(value):
        raise SettingsError(
            f"{setting.variable} is {value!r}: use letters, digits and underscores, and begin with a letter"
        )
    return value


def _google_project(values: Mapping[str, str], setting: Setting) -> str:
    value = _text(values, setting)
    if not _PROJECT.fullmatch(value):
        raise SettingsError(
            f"{setting.variable} is {value!r}: a project id has 6 to 30 lower-case letters, digits and dashes, "
            "begins with a letter, and does not end with a dash"
        )
    return value


def _memory(values: Mapping[str, str], setting: Setting) -> str | None:
    value = _optional_text(values, setting)
    if value and not re.fullmatch(r"\d+[mMgG]", value):
        raise SettingsError(f"{setting.variable} is {value!r}: write a size such as 512m or 1g")
    return value or None


def _duration(values: Mapping[str, str], setting: Setting) -> str | None:
    value = _optional_text(values, setting)
    try:
        return value if value and duration(value) else None
    except ValueError:
        raise SettingsError(
            f"{setting.variable} is {value!r}: write a duration of more than nothing, such as P30D or PT12H"
        ) from None


def _url(values: Mapping[str, str], setting: Setting) -> str | None:
    value = _optional_text(values, setting)
    if value and not re.fullmatch(r"https?://\S+", value):
        raise SettingsError(f"{setting.variable} is {value!r}: write an address that begins with http:// or https://")
    return value.rstrip("/") or None


def _choice(values: Mapping[str, str], setting: Setting) -> str:
    value = _text(values, setting)
    if value not in setting.choices:
        raise SettingsError(f"{setting.variable} is {value!r}: write {' or '.join(setting.choices)}")
    return value


_READERS: Mapping[Kind, Callable[[Mapping[str, str], Setting], Any]] = {
    Kind.TEXT: _text,
    Kind.NAME: _plain_name,
    Kind.PORT: _port,
    Kind.NUMBER: _number,
    Kind.EMAIL: _email,
    Kind.STRONG_PASSWORD: _strong_password,
    Kind.GOOGLE_PROJECT: _google_project,
    Kind.MEMORY: _memory,
    Kind.DURATION: _duration,
    Kind.URL: _url,
    Kind.FOLDER: _folder,
    Kind.CHOICE: _choice,
}
