"""What the pipelines' scripts have in common: reasons, and the verification of the stores."""

import pytest

from ingestion.frame import Finding, exit_naming, first_line, verify


@pytest.mark.parametrize(
    ("error", "line"),
    [(OSError("\n no route \nto host"), "no route "), (KeyError(), "KeyError"), (ValueError("x" * 30), "x" * 20)],
)
def test_an_error_in_one_line(error: Exception, line: str) -> None:
    assert first_line(error, 20) == line


def test_a_load_that_fails_ends_with_the_store_s_name() -> None:
    with pytest.raises(SystemExit, match=r"^Qdrant was not loaded: refused$"), exit_naming("Qdrant"):
        raise RuntimeError("refused\nat port 1")


def test_every_store_is_asked_after_one_that_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    def down() -> Finding:
        raise ConnectionError("refused")

    result = verify(
        {
            "clickhouse": down,
            "qdrant": lambda: Finding({"rows": 1}, " 1 row", "holds 1 of 2 rows"),
            "elasticsearch": lambda: Finding({"rows": 2}, " 2 rows"),
        }
    )
    assert result.values == {"qdrant": {"rows": 1}, "elasticsearch": {"rows": 2}}
    assert result.text == "clickhouse cannot be read: refused; qdrant holds 1 of 2 rows"
    assert list(result.problems) == ["clickhouse", "qdrant"]
    assert capsys.readouterr().out.splitlines() == ["qdrant         1 row", "elasticsearch  2 rows"]
