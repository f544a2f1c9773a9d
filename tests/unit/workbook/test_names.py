"""The names of the package: imported when they are first used, and known to type checkers all the same."""

import ast
from pathlib import Path

import pytest

import workbook


def _imported_for_type_checkers() -> dict[str, str]:
    """The module of each name in the block that only type checkers read."""
    tree = ast.parse(Path(workbook.__file__).read_text(encoding="utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert all(alias.asname == alias.name for node in imports for alias in node.names), "`as` itself: it is exported"
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def test_type_checkers_find_each_name_where_it_is_found_at_run_time() -> None:
    assert _imported_for_type_checkers() == workbook._PLACES
    assert workbook.__all__ == sorted(workbook._PLACES)
    assert set(workbook.__all__) <= set(dir(workbook))


@pytest.mark.parametrize("name", workbook.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(workbook, name).__name__ == name


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        workbook.nothing  # noqa: B018
