"""JSON documents in requests."""

from __future__ import annotations

from typing import Any

import orjson

from embedded.services.gcp.errors import GoogleError


def parse_document(body: bytes) -> dict[str, Any]:
    """Parse a JSON object; an empty body counts as {}.

    Raises:
        GoogleError: the body is no JSON object.
    """
    try:
        document = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise GoogleError(400, "parseError", "Parse Error: the body is no JSON.") from error
    if not isinstance(document, dict):
        raise GoogleError(400, "parseError", "Parse Error: the body is no JSON object.")
    return document
