"""Write `.env.secrets` from `.env`: each password in base64, under the name that `secret()` asks for.

    python docker/generate_secrets.py [.env [.env.secrets]]

Kestra's open-source edition reads secrets from variables SECRET_<NAME> that hold base64. Which ones there are says
`docker/secrets.sample.env`; one that `.env` does not set keeps its sample value. Values are never printed, and the file
is for its owner only.
"""

import base64
import os
import sys
from pathlib import Path

from dotenv import dotenv_values

SAMPLE = Path(__file__).with_name("secrets.sample.env")
PREFIX = "SECRET_"


def main() -> None:
    """Read, encode, write, and say which names were taken from where."""
    source = Path(sys.argv[1] if len(sys.argv) > 1 else ".env")
    target = Path(sys.argv[2] if len(sys.argv) > 2 else ".env.secrets")
    settings = dotenv_values(source, interpolate=False)
    secrets = {name: value or "" for name, value in dotenv_values(SAMPLE, interpolate=False).items()}
    taken = {name: value for name in secrets if (value := settings.get(name.removeprefix(PREFIX)))}
    write(target, secrets | {name: encoded(value) for name, value in taken.items()})
    for name in secrets:
        print(f"{name}: {f'from {source}' if name in taken else 'the sample value'}")
    print(f"{target} is written")


def encoded(value: str) -> str:
    """A secret as Kestra reads it."""
    return base64.b64encode(value.encode()).decode()


def write(target: Path, secrets: dict[str, str]) -> None:
    """Write KEY=value lines that nobody else may read, not even for a moment."""
    lines = "".join(f"{name}={value}\n" for name, value in secrets.items())
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(lines)
    fresh.replace(target)


if __name__ == "__main__":
    main()
