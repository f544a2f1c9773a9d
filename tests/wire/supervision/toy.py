"""A copy of the project with one service more: its folder and its entry in the catalog, and no other change."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.stack import ROOT

PACKAGES = ("catalog", "embedded", "workbook")
ADDED = {
    "catalog/services/toy.py": '''
"""A toy."""

from dataclasses import dataclass

from catalog import setting
from catalog.spec import Address, Health, ServiceSpec


@dataclass(frozen=True)
class ToySettings:
    """Settings of the toy."""

    port: int = setting.port("TOY_PORT", 0)
    password: str = setting.secret("TOY_PASSWORD", "toy123")


TOY = ServiceSpec(
    name="toy",
    title="Toy",
    settings=ToySettings,
    addresses=(Address("TOY_URL"),),
    health=Health("/"),
    seen_by_flows=("TOY_URL",),
    secrets=("TOY_PASSWORD",),
)
''',
    "embedded/services/toy/__init__.py": '"""A toy."""\n',
    "embedded/services/toy/service.py": '''
"""A toy: a web server for its own folder."""

import sys

from catalog.services.toy import TOY
from embedded.service import Context, ProcessSpec, Service
from embedded.shared.loopback import HOST, http_ok


class Toy(Service):
    """A web server for its own folder."""

    spec = TOY

    def command(self, context: Context) -> ProcessSpec:
        server = ["-m", "http.server", "--bind", HOST, "--directory", str(context.home), str(self.port(context))]
        return ProcessSpec([sys.executable, *server])

    def healthy(self, context: Context) -> bool:
        return http_ok(self.port(context), "/")
''',
}


class ToyProject:
    """The copy, whose stack keeps its state in a folder of its own.

    Parameters:
        folder: an empty folder for both.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        for package in PACKAGES:
            shutil.copytree(ROOT / package, self.root / package, ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in ADDED.items():
            path = self.root / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.lstrip())
        own = {"EMBEDDED_HOME": str(folder / "home"), "KESTRA_STORAGE": str(folder / "storage")}
        self._environment = {**os.environ, **own, "PYTHONPATH": str(self.root), "TOY_PORT": "0"}

    def changed(self) -> set[str]:
        """The files that are not as in the project."""
        copied = [path for path in self.root.rglob("*") if path.is_file() and path.suffix != ".pyc"]
        names = {str(path.relative_to(self.root)) for path in copied}
        return {name for name in names if _content(ROOT / name) != _content(self.root / name)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy."""
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, text=True, timeout=120, check=False
        )


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
