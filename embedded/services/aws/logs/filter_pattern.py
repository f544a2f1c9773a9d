"""Filter patterns for log events: words and quoted phrases.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, "unstructured log events".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from embedded.services.aws.logs.errors import invalid

_WORD = re.compile(r'\s*([?-]?)("(?:[^"\\]|\\.)*"|[^\s"{}\[\]%]+)(?=\s|$)')


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Compile a pattern to a test of messages.

    Parameters:
        pattern: words that must all occur; `?word` for one of several, `-word` for a word that must not occur.

    Raises:
        AwsError: InvalidParameterException for JSON, fields and regular expressions, which are not supported.
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
    words, position = [], 0
    while position < len(pattern):
        match = _WORD.match(pattern, position)
        if not match:
            message = (
                f"Invalid filter pattern at {pattern[position:][:80]!r}: only words and quoted phrases are known here"
            )
            raise invalid(message)
        quoted = match[2].startswith('"')
        words.append((match[1], re.sub(r"\\(.)", r"\1", match[2][1:-1]) if quoted else match[2]))
        position = match.end()
    return words
