"""Requests to Cloud Storage.

Source: https://cloud.google.com/storage/docs/json_api/v1
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request as HttpRequest

from embedded.services.gcp.documents import parse_document
from embedded.services.gcp.errors import GoogleError, invalid, not_implemented
from embedded.services.gcp.gcs.body import MAX_DOCUMENT
from embedded.services.gcp.gcs.shapes import DOCUMENT
from embedded.services.gcp.gcs.store import Object, Precondition
from embedded.services.gcp.shapes import check
from embedded.shared.numbers import whole_number
from embedded.shared.request_body import BodyError, BodyTooLargeError, read_body

CONDITIONS = ("ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "ifMetagenerationNotMatch")
_SUPPORTED = frozenset(
    (
        *CONDITIONS,
        *("alt", "project", "name", "uploadType", "upload_id", "generation", "sourceGeneration", "contentEncoding"),
        *("maxResults", "pageToken", "prefix", "delimiter", "startOffset", "endOffset", "includeTrailingDelimiter"),
        *(f"ifSource{condition.removeprefix('if')}" for condition in CONDITIONS),
        # Always so here: all fields, no access control, one version, no billing.
        *("fields", "prettyPrint", "projection", "quotaUser", "userProject", "key", "versions"),
    )
)
_OFF = {"softDeleted": "false", "enableObjectRetention": "false", "returnPartialSuccess": "false"}
_UNSUPPORTED_HEADERS = ("x-goog-encryption-algorithm", "x-goog-copy-source-encryption-algorithm")


@dataclass(frozen=True)
class Request:
    """A request to Cloud Storage.

    Parameters:
        http: the HTTP request.
        path: the decoded parts of the path after the version: `b`, the bucket, `o`, the object, and so on.
        document: the JSON body; {} if the route has none.
    """

    http: HttpRequest
    path: tuple[str, ...]
    document: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, http: HttpRequest) -> Request:
        """Parse an HTTP request.

        Raises:
            GoogleError: a parameter or a header asks for something that is not supported.
        """
        for name, value in http.query_params.items():
            if name not in _SUPPORTED and value.lower() != _OFF.get(name):
                raise not_implemented(f"The parameter {name!r}")
        for name in _UNSUPPORTED_HEADERS:
            if name in http.headers:
                raise not_implemented(f"The header {name!r}")
        raw = http.scope["raw_path"].decode("latin-1")
        return cls(http, tuple(unquote(part) for part in raw.partition("/storage/v1/")[2].split("/")))

    @property
    def bucket(self) -> str:
        """The bucket of the path."""
        return self.path[1]

    @property
    def object_name(self) -> str:
        """The object of the path."""
        return self.path[3]

    @property
    def target(self) -> tuple[str, str]:
        """Bucket and object that a copy goes to."""
        return self.path[6], self.path[8]

    @property
    def base_url(self) -> str:
        """The service's address, as this client knows it."""
        return str(self.http.base_url).rstrip("/")

    def text(self, name: str, default: str = "") -> str:
        """A parameter of the query."""
        return self.http.query_params.get(name, default)

    def number(self, name: str) -> int | None:
        """An integer parameter of the query, or None.

        Raises:
            GoogleError: it is no integer.
        """
        text = self.http.query_params.get(name)
        if text is None:
            return None
        return _whole(name, text)

    async def read_document(self) -> dict[str, Any]:
        """The body, a JSON object; an empty body counts as {}.

        Raises:
            GoogleError: the body is no JSON object, too large, or cut short.
        """
        try:
            body = await read_body(self.http, MAX_DOCUMENT)
        except BodyTooLargeError as error:
            raise GoogleError(413, "uploadTooLarge", "The request is too large.") from error
        except BodyError as error:
            raise invalid(str(error)) from error
        document = parse_document(body)
        check(document, DOCUMENT)
        return document

    def conditions(self) -> dict[str, str]:
        """The preconditions of the query."""
        return {name: self.text(name) for name in CONDITIONS if name in self.http.query_params}


def _whole(name: str, text: str) -> int:
    number = whole_number(text, 0, 2**63 - 1)
    if number is None:
        raise invalid(f"Invalid value for {name}: {text[:80]!r} is no whole number.")
    return number


def precondition(conditions: dict[str, str], generation: int | None = None) -> Precondition:
    """A check that the current object has a generation and meets conditions.

    Parameters:
        conditions: names and values as in the query (https://cloud.google.com/storage/docs/request-preconditions).
        generation: that the object must have; None for any.

    Raises:
        GoogleError: a condition is no integer.
    """
    expected = {name: _whole(name, value) for name, value in conditions.items()}

    def check(item: Object | None) -> None:
        if generation is not None and (item is None or item.generation != generation):
            raise GoogleError(404, "notFound", f"There is no generation {generation} of this object.")
        for name, value in expected.items():
            current = 0 if item is None else item.metageneration if "Meta" in name else item.generation
            if (current == value) == ("Not" in name):
                message = "At least one of the pre-conditions you specified did not hold."
                raise GoogleError(412, "conditionNotMet", message, "If-Match")

    return check
