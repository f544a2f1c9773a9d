"""Sends the project's flows and their namespace files to Kestra: `python -m workbook flows`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbook.kestra import KestraClient

FILES = "files"
"""The folder beside the flows that has a folder a namespace."""


def send(kestra: KestraClient, folder: Path) -> Iterator[str]:
    """Send every flow of a folder and the files of their namespaces; gives a line for each thing sent.

    The files go first, so that no execution of a new flow meets old scripts. What has not changed stays as it is.

    Parameters:
        kestra: where to.
        folder: flows, one a file; `files/NAMESPACE/` has the namespace's files.

    Raises:
        FlowInvalid: the engine refuses a flow.
    """
    for namespace in sorted(path for path in (folder / FILES).glob("*") if path.is_dir()):
        paths = kestra.namespace_files(namespace.name).upload(namespace)
        yield f"{namespace.name}: {len(paths)} files"
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        flow = kestra.import_flow(path)
        yield f"{flow.namespace}/{flow.id}: revision {flow.revision}"
