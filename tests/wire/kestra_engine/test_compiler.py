"""Compiling the task types."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

import pytest

from embedded.services.kestra import compiler

SOURCE = """package demo;

@Deprecated
public class Hello {
}
"""


@pytest.fixture
def java(tmp_path: Path) -> Path:
    folder = tmp_path / "java" / "demo"
    folder.mkdir(parents=True)
    (folder / "Hello.java").write_text(SOURCE)
    return folder.parent


def test_classes_are_kept_by_content(java: Path, tmp_path: Path) -> None:
    first = compiler.compile_task_types(java, [tmp_path], tmp_path / "cache")
    assert "demo/Hello.class" in ZipFile(first).namelist()
    stamp = first.stat().st_mtime_ns
    assert compiler.compile_task_types(java, [tmp_path], tmp_path / "cache") == first
    assert first.stat().st_mtime_ns == stamp
    (java / "demo" / "Hello.java").write_text(SOURCE.replace("Hello {", "Hello { int n;"))
    assert compiler.compile_task_types(java, [tmp_path], tmp_path / "cache") != first


def test_other_jars_compile_again(java: Path, tmp_path: Path) -> None:
    first = compiler.compile_task_types(java, [tmp_path / "a.jar"], tmp_path / "cache")
    assert compiler.compile_task_types(java, [tmp_path / "b.jar"], tmp_path / "cache") != first


def test_a_mistake_is_told_with_its_place(java: Path, tmp_path: Path) -> None:
    (java / "demo" / "Hello.java").write_text(SOURCE.replace("{\n", "{\n    nonsense;\n"))
    with pytest.raises(compiler.CompileError, match=r"(?s)Hello\.java \(at line 5\).*nonsense"):
        compiler.compile_task_types(java, [tmp_path], tmp_path / "cache")
    assert list((tmp_path / "cache" / "task-types").glob("*.jar")) == []


def test_two_at_once(java: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = set(pool.map(lambda _: compiler.compile_task_types(java, [tmp_path], tmp_path / "cache"), range(3)))
    assert len(found) == 1
    assert list((tmp_path / "cache" / "task-types").glob("*.jar")) == [found.pop()]


def test_every_task_type_of_the_project_is_listed() -> None:
    classes = ZipFile(compiler.compile_task_types())
    listed = classes.read(str(compiler.SERVICES)).decode().split()
    assert "io.kestra.plugin.scripts.python.Script" in listed
    assert "io.kestra.plugin.jdbc.postgresql.CopyIn" in listed
    of_our_own = [name for name in listed if name.startswith("io.kestra.workbook.")]
    assert of_our_own == ["io.kestra.workbook.Stub"]  # what a flow test puts in a task's place
    assert {f"{name.replace('.', '/')}.class" for name in listed} <= set(classes.namelist())
