"""Runs notebooks on fresh stacks and writes their outputs into them: `python -m tools.refresh_notebooks [01 04]`."""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from flowtests.stack import own_stack
from tools import lessons
from workbook.runner import QUIET_KERNEL

LASTING_METADATA = {"name": "python3", "display_name": "Python 3", "language": "python"}


def refresh(path: Path) -> None:
    """Execute one notebook from top to bottom and write it back, without what changes from run to run."""
    notebook = lessons.read(path)
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder)) as environment:
        resources = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, timeout=lessons.CELL_SECONDS, kernel_name=lessons.KERNEL, resources=resources)
        client.extra_arguments = QUIET_KERNEL
        client.execute(env=environment)
    strip(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def strip(notebook: NotebookNode) -> None:
    """Remove what changes from run to run: metadata of tools, warnings, and addresses of this machine."""
    notebook.metadata = {
        **{key: value for key, value in notebook.metadata.items() if key == lessons.OWN_METADATA},
        "kernelspec": LASTING_METADATA,
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        if cell.cell_type == "code":
            kept = [] if lessons.ADDRESSES in lessons.tags(cell) else cell.outputs
            cell.outputs = [output for output in kept if output.get("name") != "stderr"]


def main() -> None:
    """Refresh the notebooks named, or all."""
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    for path in lessons.chosen(sys.argv[1:]):
        print(f"{path.name} ...", flush=True)
        refresh(path)


if __name__ == "__main__":
    main()
