"""Scripts of the project, run with the settings of the lab."""

from pathlib import Path

import pytest

from workbook import scripts
from workbook.settings import Settings

TELLING = "import os, sys; print(os.environ['AWS_ACCESS_KEY_ID'], os.environ.get('AWS_ENDPOINT_URL'), *sys.argv[1:])"


def test_a_script_is_told_of_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    (tmp_path / "tell.py").write_text(TELLING)
    here = Settings(root=tmp_path, aws_access_key_id="key", aws_endpoint_url="http://127.0.0.1:1")
    assert scripts.run(here, "tell.py", "up", "--all") == "key AWS_ENDPOINT_URL up --all\n"
    real = Settings(root=tmp_path, aws_access_key_id="key", aws_endpoint_url=None)
    assert scripts.run(real, "tell.py") == "key None\n"


def test_a_script_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "fail.py").write_text("import sys; sys.exit('no such region')")
    with pytest.raises(scripts.ScriptFailed, match=r"fail\.py down ended with 1:\nno such region"):
        scripts.run(Settings(root=tmp_path), "fail.py", "down")
