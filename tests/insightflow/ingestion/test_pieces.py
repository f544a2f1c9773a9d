"""The pieces of the ingestion program, each by itself."""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.insightflow.ingestion.conftest import Answer, DataServer
from tests.support.stack import ROOT

from insightflow_ingestion import download  # isort: skip
from insightflow_ingestion.__main__ import SettingError, settings  # isort: skip
from insightflow_ingestion.months import MonthFiles  # isort: skip
from insightflow_ingestion.sets import SETS  # isort: skip

BY_NAME = {entry.name: entry for entry in SETS}
GROUPS = """
    SELECT 'abs' AS series, DATE '2025-03-01' AS date, '471' AS "group", 10.5 AS sales, 101.0 AS volume
    UNION ALL SELECT 'abs', '2025-04-01', '471', NULL, 102.0
"""
Maker = Callable[[str], bytes]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.0)


def fetched(server: DataServer, tmp_path: Path, *answers: Answer) -> bytes:
    server.answers["/file"] = list(answers)
    download.fetch(f"{server.url}/file", tmp_path / "file")
    return (tmp_path / "file").read_bytes()


def months(content: bytes, tmp_path: Path) -> MonthFiles:
    (tmp_path / "source").write_bytes(content)
    return MonthFiles(BY_NAME["iowrt_3d"], tmp_path / "source")


def test_addresses_of_the_public_files() -> None:
    assert [entry.url("https://{host}") for entry in SETS] == [
        "https://storage.dosm.gov.my/iowrt/iowrt.parquet",
        "https://storage.dosm.gov.my/iowrt/iowrt_3d.parquet",
        "https://storage.data.gov.my/commodities/fuelprice.parquet",
    ]
    assert BY_NAME["iowrt"].url("http://127.0.0.1:1/x/") == "http://127.0.0.1:1/x/iowrt/iowrt.parquet"
    assert BY_NAME["iowrt_3d"].key("2025-03") == "raw/iowrt_3d/year=2025/month=03/iowrt_3d_2025-03.parquet"


def test_without_a_base_the_files_are_the_public_ones() -> None:
    assert settings({"TARGET_BUCKET": "b"}) == ("b", "https://{host}")


@pytest.mark.parametrize(
    ("environ", "words"),
    [({}, "TARGET_BUCKET"), ({"TARGET_BUCKET": "b", "INSIGHTFLOW_BASE_URL": "ftp://x"}, "INSIGHTFLOW_BASE_URL")],
)
def test_a_setting_that_cannot_work_is_named(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        settings(environ)


def test_what_passes_is_tried_again(server: DataServer, tmp_path: Path) -> None:
    assert fetched(server, tmp_path, Answer(status=503), Answer(b"hal", length=6), Answer(b"halves")) == b"halves"
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("answer", "words", "asked"),
    [
        (Answer(status=404), "404", 1),
        (Answer(status=500), "500, 3 times", 3),
        (Answer(b"hal", length=6), "connection was lost", 3),
    ],
)
def test_what_does_not_pass_is_told(server: DataServer, tmp_path: Path, answer: Answer, words: str, asked: int) -> None:
    with pytest.raises(download.SetError, match=re.escape(f"{server.url}/file") + f".*{words}"):
        fetched(server, tmp_path, answer)
    assert len(server.asked) == asked


def test_a_server_that_does_not_come_to_an_end_is_given_up(
    server: DataServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SECONDS_AT_MOST", 0)
    with pytest.raises(download.SetError, match="it was not complete after 0 s"):
        fetched(server, tmp_path, Answer(b"hal", length=6))
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(download.SetError, match="not made"):
        download.fetch("http://127.0.0.1:9/file", tmp_path / "file")


def test_months_have_their_rows_renamed_and_sorted(parquet: Maker, tmp_path: Path) -> None:
    with months(parquet(GROUPS + "UNION ALL SELECT 'abs', '2025-03-01', '451', 1.0, 2.0"), tmp_path) as found:
        files = dict(found.write(tmp_path))
        assert found.rows == 3
    assert list(files) == ["2025-03", "2025-04"]
    march = duckdb.sql(f"FROM '{files['2025-03']}'")
    assert march.columns == ["ymd_date", "series", "group_code", "sales", "volume"]
    assert [row[2] for row in march.fetchall()] == ["451", "471"]
    assert {str(kind) for kind in march.types} == {"DATE", "VARCHAR", "DOUBLE"}


def test_categories_text_dates_and_further_columns_are_taken(parquet: Maker, tmp_path: Path) -> None:
    query = (
        f"SELECT series::ENUM('abs') AS series, date::VARCHAR AS date, * EXCLUDE (series, date), 1 AS x FROM ({GROUPS})"
    )
    with months(parquet(query), tmp_path) as found:
        files = dict(found.write(tmp_path))
    assert [str(kind) for kind in duckdb.sql(f"FROM '{files['2025-03']}'").types] == [
        "DATE",
        *["VARCHAR"] * 2,
        *["DOUBLE"] * 2,
    ]


def test_the_same_rows_in_another_order_give_the_same_bytes(parquet: Maker, tmp_path: Path) -> None:
    written = []
    for order in ("ASC", "DESC"):
        with months(parquet(f"FROM ({GROUPS}) ORDER BY date {order}, series"), tmp_path) as found:
            written.append({month: path.read_bytes() for month, path in found.write(tmp_path)})
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * EXCLUDE sales FROM ({})", "columns sales are missing; the file has series, date"),
        ("SELECT * EXCLUDE sales, 'ten' AS sales FROM ({})", "sales holds VARCHAR, not numbers"),
        ("SELECT * EXCLUDE date, 'soon' AS date FROM ({})", "a value cannot be read.*soon"),
        ("SELECT * EXCLUDE date, NULL::DATE AS date FROM ({})", "2 rows have no value in `ymd_date`"),
        ("""SELECT * EXCLUDE "group", NULL::VARCHAR AS "group" FROM ({})""", "2 rows have no value in `group_code`"),
        ("FROM ({}) WHERE false", "no rows"),
    ],
)
def test_wrong_contents_are_told(parquet: Maker, tmp_path: Path, query: str, words: str) -> None:
    with pytest.raises(download.SetError, match=words):
        months(parquet(query.format(GROUPS)), tmp_path)


@pytest.mark.parametrize("cut", [0, 3, -20])
def test_a_file_that_is_no_parquet_or_cut_short_is_told(parquet: Maker, tmp_path: Path, cut: int) -> None:
    with pytest.raises(download.SetError, match="no Parquet file, or it was cut short"):
        months(parquet(GROUPS)[:cut], tmp_path)


def test_the_image_has_the_versions_that_the_tests_ran_with() -> None:
    pins = re.compile(r"^([\w-]+==[\d.]+)", re.MULTILINE)
    image = set(pins.findall((ROOT / "projects" / "insightflow" / "ingestion" / "requirements.txt").read_text()))
    assert image
    assert image <= set(pins.findall((ROOT / "requirements.txt").read_text()))
