"""Hold the Python inside flows to the rules of the Python beside them: `python -m tools.flow_scripts`."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "flows", ROOT / "examples" / "flows", ROOT / "projects")
RULES = "E,F,W,I,UP,B,C4,C90,SIM,RET,RUF"
SCRIPT = "io.kestra.plugin.scripts.python.Script"


def scripts_of(node: Any) -> Iterator[tuple[str, str]]:
    """Name and text of each Python script anywhere in a flow: of script tasks, and among the input files of tasks."""
    if isinstance(node, list):
        for item in node:
            yield from scripts_of(item)
    if not isinstance(node, dict):
        return
    if node.get("type") == SCRIPT and "script" in node:
        yield node["id"], node["script"]
    files = node.get("inputFiles")
    for name, text in files.items() if isinstance(files, dict) else ():
        if name.endswith(".py") and "\n" in text:
            yield name.removesuffix(".py"), text
    for value in node.values():
        yield from scripts_of(value)


def all_scripts() -> dict[str, str]:
    """The text of each script in the repository's flows, by a file name made of flow and task."""
    flows = sorted(path for folder in FOLDERS for path in folder.rglob("*.y*ml"))
    return {
        f"{path.stem}-{name}.py": text for path in flows for name, text in scripts_of(yaml.safe_load(path.read_text()))
    }


def main() -> int:
    """Check all scripts at once; the exit code is ruff's."""
    scripts = all_scripts()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in scripts.items():
            (Path(folder) / name).write_text(text)
        options = ["--isolated", "--no-cache", "--line-length=120", "--target-version=py311", f"--select={RULES}"]
        command = [sys.executable, "-m", "ruff", "check", "--quiet", *options, "."]
        code = subprocess.run(command, cwd=folder, check=False).returncode
    if code == 0:
        print(f"{len(scripts)} scripts in flows are clean")
    return code


if __name__ == "__main__":
    sys.exit(main())
