"""The patterns that filter log events, as far as they are words.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, "unstructured log events".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from embedded.services.aws.errors import AwsError

_WORD = re.compile(r'\s*([?-]?)("(?:[^"\\]|\\.)*"|[^\s"{}\[\]%]+)(?=\s|$)')


def matcher(pattern: str) -> Callable[[str], bool]:
    """A test whether a message is meant.

    Parameters:
        pattern: words that must all be there; `?word` for one of several, `-word` for one that must not.

    Raises:
        AwsError: InvalidParameterException for JSON, fields and regular expressions, which are not known here.
    """
    words = _words(pattern.strip())
    needed, choice, banned = (tuple(text for sign, text in words if sign == kind) for kind in ("", "?", "-"))

    def test(message: str) -> bool:
        if any(text in message for text in banned) or not all(text in message for text in needed):
            return False
        # Beside words that must be there, AWS ignores those with a question mark.
        return bool(needed) or not choice or any(text in message for text in choice)

    return test


def _words(pattern: str) -> list[tuple[str, str]]:
    words, place = [], 0
    while place < len(pattern):
        found = _WORD.match(pattern, place)
        if not found:
            message = (
                f"Invalid filter pattern at {pattern[place:][:80]!r}: only words and quoted phrases are known here"
            )
            raise AwsError("InvalidParameterException", message)
        quoted = found[2].startswith('"')
        words.append((found[1], re.sub(r"\\(.)", r"\1", found[2][1:-1]) if quoted else found[2]))
        place = found.end()
    return words
