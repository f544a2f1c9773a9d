"""Where the project's own files are: a path from its root means the same from every working folder."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def project_path(path: str | Path) -> Path:
    """The file or folder that a path names: from the working folder, or else from the project's root.

    A notebook runs in its own folder, in the project's root or anywhere else, as its tool likes.

    Parameters:
        path: absolute, or such as `flows/04_postgres_taxi.yaml`. What is nowhere stays as it is, for the error's text.
    """
    path = Path(path).expanduser()
    in_project = ROOT / path
    return in_project if not path.exists() and in_project.exists() else path
