"""Messages of Java libraries in a form for clients: without names of Java's classes and paths of this machine."""

import re
import tempfile
from pathlib import Path

LIBRARIES = (
    r"(?:javax?|jakarta|jdk|sun|reactor|io\.(?:micronaut|netty|pebbletemplates|swagger)"
    r"|com\.(?:amazon|cronutils|devskiller|fasterxml|github|google|networknt)"
    r"|org\.(?:apache|codehaus|eclipse|flywaydb|h2|hibernate|jooq|reactivestreams|slf4j|yaml))"
)
KESTRA = r"io\.kestra\.(?!plugin\.|core\.tasks\.)"
"""The engine's own packages, but not those of task types: these are what a flow's author writes."""

PACKAGE = rf"\b(?:{LIBRARIES}\.|{KESTRA})(?:[a-z_][\w-]*\.)*"
EXCEPTION = re.compile(rf"{PACKAGE}[A-Z][\w.$]*(?:Exception|Error): ")
CLASS = re.compile(rf"{PACKAGE}(?P<name>[A-Z]\w*(?:[.$][A-Z]\w*)*)")
SOURCE = re.compile(
    r"\s*\bat \[Source: [^\]]*?(?:; (line: \d+, column: \d+))?\](?: \(through reference chain: ([^)]*)\))?"
)
IDENTITY = re.compile(r"@[0-9a-f]{6,8}\b")
MAX_LENGTH = 4000
"""Characters of a message. Some quote the whole input."""


def readable(message: str) -> str:
    """A message without the packages of Java's classes, exceptions' names in front of what they say, and hash codes.

    Parameters:
        message: of a Java exception. Names of task types stay as they are.
    """
    text = SOURCE.sub(_position, message)
    text = EXCEPTION.sub("", text)
    text = CLASS.sub(lambda match: match["name"].replace("$", "."), text)
    text = IDENTITY.sub("", text)
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}..."


def without_folders(message: str, *folders: Path) -> str:
    """A message in which paths begin below the given folders, or below the one for temporary files.

    Parameters:
        message: may name files of this machine.
        folders: whose own paths are left out, the innermost first.
    """
    for folder in (*folders, Path(tempfile.gettempdir())):
        message = re.sub(rf"(?:file:)?{re.escape(str(folder))}(?=/|\b)", "", message)
    return message


def _position(match: re.Match[str]) -> str:
    parts = [part for part in match.groups() if part]
    return f" ({'; '.join(parts)})" if parts else ""
