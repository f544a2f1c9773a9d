"""Renders and parses XML documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.responses import Response

from embedded.services.aws.errors import AwsError

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(name: str, content: Mapping[str, Any], namespace: str | None = NAMESPACE) -> bytes:
    """Render a document.

    Parameters:
        name: name of the root element.
        content: values by element name; a list repeats its element, None leaves it out.
        namespace: namespace of the root element.
    """
    attribute = f' xmlns="{namespace}"' if namespace else ""
    return f"{HEAD}<{name}{attribute}>{_inner(content)}</{name}>".encode()


def response(name: str, content: Mapping[str, Any], status: int = 200) -> Response:
    """Render a document as an HTTP response.

    Parameters:
        name: name of the root element.
        content: values by element name, as for `render`.
        status: HTTP status.
    """
    return Response(render(name, content), status, media_type="application/xml")


def parse(text: bytes) -> ElementTree.Element:
    """Parse a document; element names lose their namespaces.

    Raises:
        AwsError: the text is not well-formed.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise malformed() from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def malformed() -> AwsError:
    """The error for an invalid document."""
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedXML", message)


def _inner(content: Any) -> str:
    if isinstance(content, Mapping):
        return "".join(_element(name, value) for name, value in content.items())
    if isinstance(content, bool):
        return str(content).lower()
    return escape(str(content), {"\r": "&#13;", "\n": "&#10;"})


def _element(name: str, value: Any) -> str:
    if value is None:
        return ""
    values = value if isinstance(value, list) else [value]
    return "".join(f"<{name}>{_inner(item)}</{name}>" for item in values)
