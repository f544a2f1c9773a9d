"""Names of the folders of partitions.

Source: https://docs.aws.amazon.com/athena/latest/ug/partitions.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

_SAFE = "".join(chr(code) for code in range(32, 127) if chr(code) not in "\"#%'*/:=?\\{[]^")


def partition_folder(keys: Sequence[str], values: Sequence[str]) -> str:
    """The default folder of a partition below its table, such as `year=2020/month=1/`."""
    return "".join(f"{key}={quote(value, safe=_SAFE)}/" for key, value in zip(keys, values, strict=True))
