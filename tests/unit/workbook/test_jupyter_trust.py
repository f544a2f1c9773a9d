"""JupyterLab trusts the working copies from its very first start on."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from workbook import working_copy
from workbook.jupyter import server


def _is_signed(path: Path, data: Path) -> bool:
    notary = NotebookNotary(data_dir=str(data))
    try:
        return bool(notary.check_signature(nbformat.read(path, as_version=4)))
    finally:
        notary.store.close()


def test_copies_without_outputs_are_signed_at_the_first_start_and_what_was_sent_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_PATH", "VIRTUAL_ENV", "PATH"):
        monkeypatch.setenv(name, "")  # so that they are as before in the end
    monkeypatch.delenv("JUPYTER_DATA_DIR")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    originals, copies = tmp_path / "notebooks", tmp_path / "my-lessons"
    originals.mkdir()
    shutil.copyfile(working_copy.ORIGINALS / "00_tour.ipynb", originals / "00_tour.ipynb")
    working_copy.renew(originals=originals, copies=copies)
    shutil.copyfile(originals / "00_tour.ipynb", copies / "sent.ipynb")
    data = server._set_environment() / "data"
    server._trust(copies)
    signed = {path.name: _is_signed(path, data) for path in copies.glob("*.ipynb")}
    assert signed == {"00_tour.ipynb": True, "sent.ipynb": False}
