"""A request to Cloud Storage, taken apart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request

from embedded.services.gcp.errors import GoogleError, invalid, not_implemented
from embedded.services.gcp.gcs.store import Check, Object

MAX_DOCUMENT = 4 << 20
CONDITIONS = ("ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "ifMetagenerationNotMatch")
_HEEDED = frozenset(
    (
        *CONDITIONS,
        *("alt", "project", "name", "uploadType", "upload_id", "generation", "sourceGeneration", "contentEncoding"),
        *("maxResults", "pageToken", "prefix", "delimiter", "startOffset", "endOffset", "includeTrailingDelimiter"),
        *(f"ifSource{condition.removeprefix('if')}" for condition in CONDITIONS),
        # What these ask for is so anyway: all fields, nobody else's rights, one version, no billing.
        *("fields", "prettyPrint", "projection", "quotaUser", "userProject", "key", "versions"),
    )
)
_OFF = {"softDeleted": "false", "enableObjectRetention": "false", "returnPartialSuccess": "false"}
_UNHEEDED_HEADERS = ("x-goog-encryption-algorithm", "x-goog-copy-source-encryption-algorithm")


@dataclass(frozen=True)
class Call:
    """A request, and where in the API it goes.

    Parameters:
        request: as it came.
        path: the parts of the address behind the version, decoded.
        given: the body, where it is a document.
    """

    request: Request
    path: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request) -> Call:
        """Take a request apart.

        Raises:
            GoogleError: it asks for something that is not done here.
        """
        for name, value in request.query_params.items():
            if name not in _HEEDED and value.lower() != _OFF.get(name):
                raise not_implemented(f"The parameter {name!r}")
        for name in _UNHEEDED_HEADERS:
            if name in request.headers:
                raise not_implemented(f"The header {name!r}")
        raw = request.scope["raw_path"].decode("latin-1")
        return cls(request, tuple(unquote(part) for part in raw.partition("/storage/v1/")[2].split("/")))

    @property
    def base(self) -> str:
        """Our address, as this client knows it."""
        return str(self.request.base_url).rstrip("/")

    def text(self, name: str, default: str = "") -> str:
        """A parameter."""
        return self.request.query_params.get(name, default)

    def number(self, name: str) -> int | None:
        """A parameter that is a whole number, if it is given.

        Raises:
            GoogleError: it is none.
        """
        text = self.request.query_params.get(name)
        if text is None:
            return None
        if not text.isdecimal():
            raise invalid(f"Invalid value for {name}: {text!r} is no whole number.")
        return int(text)

    async def document(self) -> dict[str, Any]:
        """The body, a JSON object; an empty one counts as {}.

        Raises:
            GoogleError: it is none.
        """
        body = bytearray()
        try:
            async for chunk in self.request.stream():
                body += chunk
                if len(body) > MAX_DOCUMENT:
                    raise GoogleError(413, "uploadTooLarge", "The request is too large.")
        except ClientDisconnect as error:
            raise invalid("The connection was closed before the body had arrived.") from error
        return parsed(bytes(body))

    def conditions(self) -> dict[str, str]:
        """The conditions that the client sets."""
        return {name: self.text(name) for name in CONDITIONS if name in self.request.query_params}


def parsed(body: bytes) -> dict[str, Any]:
    """A JSON object; nothing counts as {}.

    Raises:
        GoogleError: it is none.
    """
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise GoogleError(400, "parseError", "Parse Error: the body is no JSON.") from error
    if not isinstance(value, dict):
        raise GoogleError(400, "parseError", "Parse Error: the body is no JSON object.")
    return value


def check(conditions: dict[str, str], generation: int | None = None) -> Check:
    """A check of what is there: that it is of this generation, and as the conditions say.

    Parameters:
        conditions: names and values as in the address (https://cloud.google.com/storage/docs/request-preconditions).
        generation: the one that is meant, if only one is.
    """
    for name, value in conditions.items():
        if not value.isdecimal():
            raise invalid(f"Invalid value for {name}: {value!r} is no whole number.")

    def run(item: Object | None) -> None:
        if generation is not None and (item is None or item.generation != generation):
            raise GoogleError(404, "notFound", f"There is no generation {generation} of this object.")
        for name, value in conditions.items():
            have = 0 if item is None else item.metageneration if "Meta" in name else item.generation
            if (have == int(value)) == ("Not" in name):
                message = "At least one of the pre-conditions you specified did not hold."
                raise GoogleError(412, "conditionNotMet", message, "If-Match")

    return run
