"""JupyterLab's style, by which pictures follow its theme."""

from pathlib import Path

from workbook.jupyter.server import STYLE, STYLE_MARK, _put_style


def test_the_style_is_put_where_jupyterlab_looks_and_brought_up_to_date(tmp_path: Path) -> None:
    put = tmp_path / "custom" / "custom.css"
    assert _put_style(tmp_path)
    put.write_text(f"{STYLE_MARK} of an older release */")
    assert _put_style(tmp_path)
    assert put.read_text() == STYLE.read_text()


def test_a_style_of_the_learners_own_stays(tmp_path: Path) -> None:
    own = tmp_path / "custom" / "custom.css"
    own.parent.mkdir()
    own.write_text("body { color: red }")
    assert not _put_style(tmp_path)
    assert own.read_text() == "body { color: red }"


def test_images_and_outputs_take_the_colours_of_either_theme() -> None:
    style = STYLE.read_text()
    assert style.startswith(STYLE_MARK)
    for theme, scheme in (("true", "light"), ("false", "dark")):
        outputs = f'body[data-jp-theme-light="{theme}"] :is(img, .jp-OutputArea-output)'
        assert f"{outputs} {{\n  color-scheme: {scheme};" in style
