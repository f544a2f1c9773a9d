"""The learner's own copies of the notebooks, in `my-lessons/`: `python -m workbook copy [--reset LESSON]`.

A copy has no outputs, which would give away the answers, and it names the kernel of this environment. A lesson that the
learner has not changed is renewed with its original; one that was changed is kept, and nothing that a learner wrote is
ever removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from workbook.errors import NotFound
from workbook.kernel import kernel_metadata
from workbook.lesson_files import NOTEBOOKS
from workbook.project import ROOT

ORIGINALS = NOTEBOOKS
COPIES = ROOT / "my-lessons"
STATE = ".copied.json"
"""In the folder of copies: for each notebook the digest of the original's text that it was made from."""
NAMED = 5
"""The first copy is of all notebooks: a longer list tells nothing."""


@dataclass
class Outcome:
    """What a renewal did, by the notebooks' paths in their folder.

    Attributes:
        added: copied for the first time.
        renewed: replaced by a newer original.
        outdated: changed by the learner, so kept, though the original is newer.
        reset: replaced as asked; the path where the learner's own is kept, or None if it held nothing of theirs.
    """

    added: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    reset: dict[str, str | None] = field(default_factory=dict)

    def lines(self, folder: str) -> Iterator[str]:
        """What to tell the learner.

        Parameters:
            folder: the name of the folder of copies.
        """
        for name, kept in self.reset.items():
            yield f"{folder}/{name} is fresh" + (f"; yours is kept as {folder}/{kept}" if kept else "")
        if self.added:
            which = f": {', '.join(_short(self.added))}" if len(self.added) <= NAMED else ""
            yield f"{_count(self.added)} copied to {folder}/, which is yours to change{which}"
        if self.renewed:
            yield f"{_count(self.renewed)} renewed that you had not changed: {', '.join(_short(self.renewed))}"
        if self.outdated:
            names = _short(self.outdated)
            yield (
                f"There is a newer {', '.join(names)}; yours is kept, since you changed it. "
                f"`make lab RESET={names[0]}` opens the new one and keeps yours beside it."
            )


def renew(reset: str = "", originals: Path = ORIGINALS, copies: Path = COPIES) -> Outcome:
    """Bring the copies up to date, and keep what the learner changed.

    Parameters:
        reset: how the name of the notebooks begins that are wanted fresh, such as `04`, or `homework`; none if empty.
        originals: the folder of the notebooks.
        copies: the folder of the learner.

    Raises:
        NotFound: no notebook begins so.
    """
    notebooks = {path.relative_to(originals).as_posix(): path for path in _notebooks(originals)}
    wanted = {name for name in notebooks if reset and _begins(name, reset)}
    if reset and not wanted:
        raise NotFound(f"No lesson begins with {reset!r}. There are: {', '.join(_short(list(notebooks)))}")
    state, outcome, kernel = _read_state(copies), Outcome(), kernel_metadata()
    for name, path in notebooks.items():
        fresh, copy = _without_outputs(path, kernel), copies / name
        if name in wanted:
            outcome.reset[name] = _set_aside(copies, name, fresh)
        digest = _digest(fresh)
        held = _digest_of(copy)
        if _is_due(name, digest, state.get(name), held, outcome):
            _write(copy, _text(fresh))
            held = digest
        if held == digest:
            state[name] = digest
            _name_kernel(copy, fresh["metadata"])
    _write(copies / STATE, json.dumps(state, indent=1, sort_keys=True) + "\n")
    return outcome


def _is_due(name: str, digest: str, copied: str | None, held: str | None, outcome: Outcome) -> bool:
    """Whether a notebook is to be copied; notes why, or why not.

    Parameters:
        name: its path in its folder.
        digest: of the original now.
        copied: of the original that the copy was made from; None if unknown.
        held: of the copy now; None if there is none.
        outcome: where to note it.
    """
    if held is None:
        if name not in outcome.reset:
            outcome.added.append(name)
        return True
    if digest in (copied, held):
        return False
    (outcome.renewed if held == copied else outcome.outdated).append(name)
    return held == copied


def _notebooks(folder: Path) -> list[Path]:
    """Those of a folder first, then those below it; none of hidden folders, where tools keep theirs."""
    seen = [path.relative_to(folder) for path in folder.rglob("*.ipynb")]
    shown = [path for path in seen if not any(part.startswith(".") for part in path.parts)]
    return [folder / path for path in sorted(shown, key=lambda path: (len(path.parts), path))]


def _begins(name: str, beginning: str) -> bool:
    beginning = beginning.removesuffix(".ipynb").removeprefix(f"{COPIES.name}/").removeprefix(f"{ORIGINALS.name}/")
    return name.startswith(beginning) or Path(name).name.startswith(beginning)


def _without_outputs(notebook: Path, kernel: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(notebook.read_text())
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    content["metadata"] |= kernel
    return content


def _name_kernel(copy: Path, metadata: Mapping[str, Any]) -> None:
    """Name this environment's kernel in a copy that nobody has run: an earlier environment may have had another."""
    content: dict[str, Any] = json.loads(copy.read_text())
    if content.get("metadata") != metadata and not any(cell.get("outputs") for cell in content["cells"]):
        _write(copy, _text({**content, "metadata": metadata}))


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _digest(content: Mapping[str, Any]) -> str:
    """The digest of what a person writes in a notebook: outputs, counters and metadata come and go with each run."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in content["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _digest_of(copy: Path) -> str | None:
    """The digest of a copy; one of its own kind for a file that is no notebook any more, None if there is none."""
    if not copy.exists():
        return None
    try:
        return _digest(json.loads(copy.read_text()))
    except (ValueError, KeyError, TypeError):
        return "no notebook"


def _set_aside(copies: Path, name: str, fresh: Mapping[str, Any]) -> str | None:
    """Move the learner's notebook beside its place, unless it holds nothing of theirs; give its new path."""
    copy = copies / name
    if not copy.exists():
        return None
    if copy.read_text() == _text(fresh):
        copy.unlink()
        return None
    kept = next(path for path in _names_beside(copy) if not path.exists())
    copy.rename(kept)
    return kept.relative_to(copies).as_posix()


def _names_beside(copy: Path) -> Iterator[Path]:
    """`04_taxi.2026-11-29.ipynb`, then the same with `-2`, `-3` and so on."""
    today = date.today().isoformat()
    yield copy.with_suffix(f".{today}.ipynb")
    number = 2
    while True:
        yield copy.with_suffix(f".{today}-{number}.ipynb")
        number += 1


def _read_state(copies: Path) -> dict[str, str]:
    try:
        state = json.loads((copies / STATE).read_text())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _write(path: Path, text: str) -> None:
    """Write a file as a whole: whoever is interrupted leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(text)
    scratch.replace(path)


def _short(names: list[str]) -> list[str]:
    """Lessons by their number, other notebooks by their path."""
    return [name[:2] if name[:2].isdigit() and "/" not in name else name.removesuffix(".ipynb") for name in names]


def _count(names: list[str]) -> str:
    return "1 notebook" if len(names) == 1 else f"{len(names)} notebooks"
