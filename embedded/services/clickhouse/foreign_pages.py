"""Rules of the server's HTTP interface that refuse what pages of other sites send.

The server compares headers with regular expressions that have no negation, so what is foreign is written out: every
text that is none of a few words. `embedded.shared.browser_guard` explains the headers.

Source: https://clickhouse.com/docs/interfaces/http#predefined_http_interface.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from embedded.shared.loopback import HOST

_REASON = "Host or Origin is that of another site: use localhost, from a program or a page of this machine\n"
_ANSWER = (
    "<type>static</type><status>403</status><content_type>text/plain; charset=UTF-8</content_type>"
    f"<response_content>{_REASON}</response_content>"
)


def other_than(words: Iterable[str]) -> str:
    """A regular expression for all texts without a colon but these words.

    Parameters:
        words: texts without a colon.
    """
    rests: dict[str, set[str]] = {}
    words = set(words)
    for word in words - {""}:
        rests.setdefault(word[0], set()).add(word[1:])
    letters = "".join(map(re.escape, sorted(rests)))
    branches = [f"{re.escape(letter)}{other_than(rests[letter])}" for letter in sorted(rests)]
    expression = "|".join([f"[^:{letters}][^:]*", *branches])
    return f"(?:{expression})" if "" in words else f"(?:{expression})?"


_HOST = other_than(["localhost", HOST, ""])
_PORT = "(?::.*)?"
FOREIGN_HOST = f"(?i){_HOST}{_PORT}"
FOREIGN_ORIGIN = f"(?i)null|{other_than(['http', 'https', 'null', ''])}:.*|https?://{_HOST}{_PORT}"
_NO_LINK = other_than(["document", ""])


def rules() -> str:
    """The rules, for the server's `http_handlers`. They come before the server's own."""
    foreign = (
        {"Host": FOREIGN_HOST},
        {"Origin": FOREIGN_ORIGIN},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": _NO_LINK},
    )
    return "".join(
        f"<rule><headers>{_filters(headers)}</headers><handler>{_ANSWER}</handler></rule>" for headers in foreign
    )


def _filters(headers: dict[str, str]) -> str:
    return "".join(f"<{name}>regex:{escape(expression)}</{name}>" for name, expression in headers.items())
