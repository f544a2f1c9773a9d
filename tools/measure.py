"""Count what tells how a checkout is built: `python -m tools.measure [FOLDER...]`, one column a folder.

It reads the files that Git tracks, so two commits can be compared by two work trees of them.
"""

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("catalog", "workbook", "flowtests", "embedded", "console", "tools")
FORBIDDEN = frozenset({"told", "given", "found", "one", "place", "made", "said", "each", "absent", "furnish"})
"""Names that say nothing of what a function or a class is for."""
PORT = "_".join(("CLICKHOUSE", "PORT"))
"""The variable whose files are counted, written so that this file is none of them."""
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_MYPY_ERRORS = re.compile(r"^Found (\d+) errors?", re.MULTILINE)


@dataclass(frozen=True)
class Module:
    """A Python file of the checkout.

    Attributes:
        path: below the checkout's folder.
    """

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        """Its dotted name."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())


class Checkout:
    """A folder under Git.

    Parameters:
        folder: where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, text=True, check=True)
        tracked = [Path(name) for name in listing.stdout.split("\0") if name]
        self.files = [path for path in tracked if (folder / path).is_file()]

    @cached_property
    def modules(self) -> list[Module]:
        """All Python files."""
        return [Module(path, (self.folder / path).read_text()) for path in self.files if path.suffix == ".py"]

    @cached_property
    def source(self) -> list[Module]:
        """The Python files of the packages, without tests."""
        return [module for module in self.modules if module.path.parts[0] in PACKAGES]

    def root_modules(self, package: str) -> list[str]:
        """The modules that lie in a package's own folder."""
        return [module.path.name for module in self.modules if module.path.parent == Path(package)]

    def files_with(self, text: str) -> list[Path]:
        """The files that a text occurs in; notebooks and documents too."""
        return [path for path in self.files if text.encode() in (self.folder / path).read_bytes()]

    @cached_property
    def undocumented(self) -> list[str]:
        """Public classes, functions and methods of the packages that have no docstring."""
        return [
            f"{module.path}:{node.lineno} {node.name}"
            for module in self.source
            for node in _public(module.tree)
            if ast.get_docstring(node) is None
        ]

    @cached_property
    def badly_named(self) -> list[str]:
        """Functions and classes with a forbidden name, tests included."""
        return [
            f"{module.path}:{node.lineno} {node.name}"
            for module in self.modules
            for node in ast.walk(module.tree)
            if isinstance(node, Definition) and node.name.strip("_").lower() in FORBIDDEN
        ]

    @cached_property
    def circles(self) -> list[list[str]]:
        """Import circles, imports for type checking included; each is cut at one import to find the next."""
        names = {module.name for module in self.source}
        graph = {module.name: set(_imports(module, names)) for module in self.source}
        circles = []
        while circle := _first_circle(graph):
            circles.append(circle)
            graph[circle[1]].discard(circle[0])
        return circles

    def type_errors(self) -> int:
        """How many errors mypy finds in the packages, by the rules of this checkout's tool."""
        packages = [word for name in PACKAGES if (self.folder / name).is_dir() for word in ("-p", name)]
        with tempfile.TemporaryDirectory() as cache:
            options = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", cache]
            command = [sys.executable, "-m", "mypy", *options, *packages]
            output = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False).stdout
        match = _MYPY_ERRORS.search(output)
        return int(match[1]) if match else 0


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _imports(module: Module, names: set[str]) -> Iterator[str]:
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            members = {f"{base}.{alias.name}" for alias in node.names}
            yield from members & names
            if base in names and members - names:
                yield base


def _first_circle(graph: Mapping[str, set[str]]) -> list[str] | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def measure(checkout: Checkout) -> dict[str, str]:
    """All counts of a checkout, by what they count."""
    longest = max(checkout.source, key=lambda module: module.lines)
    return {
        "lines of Python": str(sum(module.lines for module in checkout.modules)),
        "lines of Python without tests": str(sum(module.lines for module in checkout.source)),
        "Python files": str(len(checkout.modules)),
        "files": str(len(checkout.files)),
        "longest module": f"{longest.lines} {longest.path}",
        "modules in embedded/": str(len(checkout.root_modules("embedded"))),
        "import circles": str(len(checkout.circles)),
        "mypy errors": str(checkout.type_errors()),
        "public without docstring": str(len(checkout.undocumented)),
        "forbidden names": str(len(checkout.badly_named)),
        f"files with {PORT}": str(len(checkout.files_with(PORT))),
    }


def main() -> None:
    """Print the counts of the folders named, or of this one."""
    columns = [measure(Checkout(folder)) for folder in [Path(name) for name in sys.argv[1:]] or [ROOT]]
    for what in columns[0]:
        print(f"{what:30}", *(f"{column[what]:45}" for column in columns))


if __name__ == "__main__":
    main()
