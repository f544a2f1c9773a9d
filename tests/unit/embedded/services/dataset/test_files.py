"""The generated files: repeatable, as odd as the real ones, and truly broken when asked for."""

import gzip
import hashlib
import io
from itertools import islice

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded.services.dataset import files
from embedded.services.dataset.catalogue import ALL_FILES, Edition, TaxiFile, UnknownFileError
from embedded.services.dataset.prng import chosen, quantiles
from embedded.services.dataset.texts import MILES, MONEY, TIME, table
from embedded.services.dataset.trips import BLOCK, blocks

DECEMBER = TaxiFile("yellow", 2020, 12)
GREEN_APRIL = TaxiFile("green", 2020, 4)


def packed(edition: Edition) -> bytes:
    return b"".join(files.Gzip().pack(files.csv(edition)))


def frame(edition: Edition) -> pd.DataFrame:
    times = [edition.file.pickup, edition.file.dropoff]
    return pd.read_csv(io.BytesIO(b"".join(files.csv(edition))), parse_dates=times, low_memory=False)


@pytest.fixture(scope="module")
def december() -> pd.DataFrame:
    return frame(Edition(DECEMBER, 20_000, 7))


def test_the_bytes_are_those_of_the_first_release():
    """Answers in lessons depend on them: a change here needs another `trips.VERSION`."""
    digest = hashlib.sha256(b"".join(files.csv(Edition(DECEMBER, 70_000, 2021)))).hexdigest()
    assert digest.startswith("964a5e4ed199b178")


@pytest.mark.parametrize(
    "other",
    [Edition(DECEMBER, 3000, 8), Edition(TaxiFile("yellow", 2020, 11), 3000, 7), Edition(GREEN_APRIL, 3000, 7)],
)
def test_another_seed_or_month_or_taxi_is_another_file(other):
    assert packed(other) != packed(Edition(DECEMBER, 3000, 7))


def test_the_gzip_file_says_nothing_of_time_or_machine():
    content = packed(Edition(DECEMBER, 100, 7))
    assert content[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    assert gzip.decompress(content) == b"".join(files.csv(Edition(DECEMBER, 100, 7)))


@pytest.mark.parametrize("file", [DECEMBER, GREEN_APRIL, TaxiFile("yellow", 2019, 1)])
@pytest.mark.parametrize("rows", [1, 2, 999, BLOCK, BLOCK + 1])
def test_every_size_has_its_rows_and_columns(file, rows):
    table = frame(Edition(file, rows, 1))
    assert (len(table), tuple(table.columns)) == (rows, file.columns)


def test_quirks_are_there(december):
    pickup = december["tpep_pickup_datetime"]
    assert december.duplicated().sum() >= 20
    assert (december["fare_amount"] < 0).sum() >= 40
    assert (december["trip_distance"] == 0).sum() >= 100
    assert (pickup < "2020-12-01").sum() >= 5
    assert (pickup >= "2021-01-01").sum() >= 5
    assert (pickup.dt.year == 2009).sum() >= 1


def test_some_rows_lack_what_the_driver_enters(december):
    incomplete = december["VendorID"].isna()
    assert 0.06 < incomplete.mean() < 0.08
    for name in ("passenger_count", "RatecodeID", "store_and_fwd_flag", "payment_type"):
        assert december.loc[incomplete, name].isna().all()
        assert december.loc[~incomplete, name].notna().all()
    assert incomplete.to_numpy()[-1000:].all()


def test_ehail_fee_is_always_empty():
    assert frame(Edition(GREEN_APRIL, 2000, 1))["ehail_fee"].isna().all()


def test_the_congestion_surcharge_begins_in_february_2019():
    before, after = (frame(Edition(TaxiFile("yellow", 2019, month), 2000, 1)) for month in (1, 2))
    assert before["congestion_surcharge"].isna().all()
    assert after["congestion_surcharge"].gt(0).mean() > 0.5


def test_zones_fares_and_hours_are_plausible(december):
    usual = december[(december["fare_amount"] > 0) & (december["RatecodeID"] == 1) & (december["trip_distance"] > 0)]
    assert december["PULocationID"].between(1, 265).all()
    assert december["DOLocationID"].between(1, 265).all()
    assert usual["fare_amount"].corr(usual["trip_distance"]) > 0.9
    by_hour = december["tpep_pickup_datetime"].dt.hour.value_counts()
    assert by_hour[18] > 5 * by_hour[4]
    assert (december["tpep_dropoff_datetime"] > december["tpep_pickup_datetime"]).all()


def test_totals_add_up(december):
    parts = ["fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge"]
    second = december[(december["VendorID"] == 2) & (december["fare_amount"] > 0)]
    total = second[[*parts, "congestion_surcharge"]].sum(axis=1)
    assert np.allclose(total, second["total_amount"])


def test_duplicates_lie_across_the_borders_of_blocks():
    first, second = blocks(Edition(DECEMBER, BLOCK + 10, 7))
    assert all(first[name][-1] == second[name][0] for name in DECEMBER.columns)


def test_the_first_piece_is_out_before_the_second_block_is_made():
    made = []
    edition = Edition(DECEMBER, 3 * BLOCK, 7)
    pieces = files.Gzip().pack(files.csv(edition, watch=lambda trips: made.append(len(trips))))
    assert sum(map(len, islice(pieces, 3))) > 100_000
    assert len(made) == 1


@pytest.mark.parametrize("rows", [5, 3000, BLOCK + 5000])
def test_truncated_is_cut_short(rows):
    edition = Edition(DECEMBER, rows, 7)
    cut = b"".join(files.truncated(edition))
    assert packed(edition).startswith(cut)
    with pytest.raises(EOFError):
        gzip.decompress(cut)


def test_missing_column_lacks_one_column_and_nothing_else():
    edition = Edition(DECEMBER, 500, 7)
    broken = pd.read_csv(io.BytesIO(gzip.decompress(b"".join(files.missing_column(edition)))), dtype=str)
    whole = pd.read_csv(io.BytesIO(b"".join(files.csv(edition))), dtype=str)
    pd.testing.assert_frame_equal(broken, whole.drop(columns="fare_amount"))


@pytest.mark.parametrize(
    "name",
    [
        *("yellow_tripdata_2018-12.csv.gz", "yellow_tripdata_2021-08.csv.gz", "green_tripdata_2020-13.csv.gz"),
        *("green_tripdata_2020-00.csv.gz", "fhv_tripdata_2020-01.csv.gz", "yellow_tripdata_2020-1.csv.gz", "", "x"),
        "../yellow_tripdata_2020-01.csv.gz",
    ],
)
def test_no_other_files_exist(name):
    with pytest.raises(UnknownFileError, match="2019-01 to 2021-07"):
        TaxiFile.parse(name)


def test_all_files_are_31_months_of_two_taxis_and_know_their_names():
    assert len(set(ALL_FILES)) == 62
    assert [TaxiFile.parse(file.name) for file in ALL_FILES] == list(ALL_FILES)


def test_months_have_the_size_that_was_published():
    year = [TaxiFile("yellow", 2020, month).rows(10_000) for month in range(1, 13)]
    assert abs(sum(year) / 12 - 10_000) < 10
    assert year[3] < year[0] / 20
    assert TaxiFile("green", 2020, 4).rows(1) == 1


@given(st.integers(MONEY.low, MONEY.high), st.integers(MILES.low, MILES.high))
def test_texts_read_back_as_the_same_value(cents, hundredths):
    for kind, code in ((MONEY, cents), (MILES, hundredths)):
        text = table(kind, b",")[code - kind.low].decode()
        assert float(text[:-1]) == kind.value(code)


@pytest.mark.parametrize(
    ("cents", "text"), [(800, "8"), (1150, "11.5"), (995, "9.95"), (-5200, "-52"), (-30, "-0.3"), (0, "0")]
)
def test_money_is_written_as_in_the_public_files(cents, text):
    assert MONEY.write(cents) == text


def test_miles_and_times_are_written_as_in_the_public_files():
    assert [MILES.write(code) for code in (0, 20, 210, 1100)] == [".00", ".20", "2.10", "11.00"]
    assert TIME.write(1_609_459_199) == "2020-12-31 23:59:59"


@settings(max_examples=50)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=300))
def test_a_table_of_choices_is_full_and_fair(weights):
    entries = chosen(range(len(weights)), weights)
    assert entries.size == 65_536
    share = np.bincount(entries, minlength=len(weights)) / 65_536
    assert np.abs(share - np.array(weights) / sum(weights)).max() < 2 / 65_536


def test_a_table_of_quantiles_is_a_line_between_its_knots():
    entries = quantiles([(0, 0), (500, 100), (1000, 1100)])
    assert entries.size == 65_536
    assert (entries[0], entries[16_384], entries[32_768], entries[49_152]) == (0, 50, 100, 600)
