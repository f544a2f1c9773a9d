"""Labels as they are typed: `key:value`, several with commas."""

from __future__ import annotations


def labels_of(text: str) -> dict[str, str]:
    """The labels in a text; what has no colon is left out.

    Parameters:
        text: such as `team:data, reason:test`.
    """
    pairs = (pair.partition(":") for pair in text.split(","))
    return {key.strip(): value.strip() for key, colon, value in pairs if colon and key.strip()}
