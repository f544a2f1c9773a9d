"""Calls of the official SDK, kestrapy 2.0.3, in the environment that has it: `python sdk.py URL USERNAME PASSWORD`.

Each line of the standard input is `[group, method, arguments]`, such as `["kv", "list_all_keys", {"tenant": "main"}]`;
the answer is a line with what the method gives, as JSON, or with `error`.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from kestrapy import KestraClient
from pydantic import BaseModel


def plain(value: Any) -> Any:
    """What a method gives, as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, list | tuple | Iterator):
        return [plain(entry) for entry in value]
    return value


def main() -> None:
    url, username, password = sys.argv[1:]
    client = KestraClient(host=url, username=username, password=password)
    for line in sys.stdin:
        group, method, arguments = json.loads(line)
        try:
            answer = {"result": plain(getattr(getattr(client, group), method)(**arguments))}
        except Exception as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
