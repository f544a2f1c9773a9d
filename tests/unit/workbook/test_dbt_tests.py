"""The drawing of what dbt tested."""

import pandas as pd
import pytest

import workbook

FRAME = pd.DataFrame(
    [
        ("stg_orders", "id", "unique", "pass", 0),
        ("stg_orders", "amount", "between_bounds", "fail", 3),
        ("stg_orders", "", "unique_together", "warn", 1),
        ("totals", "", "skipped_one", "skipped", 0),
    ],
    columns=["model", "column", "test", "state", "rows"],
)


def test_every_test_is_a_chip_and_failures_are_told_in_words() -> None:
    picture = workbook.dbt_test_table(FRAME)
    words = [text for text, _ in picture.texts]
    assert "✗ amount: between_bounds, 3 rows" in words
    assert "✓ id: unique" in words
    assert "1 of 4 pass" in words
    assert "stg_orders: 1 of 3 pass, not amount: between_bounds, unique_together" in picture.description


def test_many_tests_wrap_and_stay_inside() -> None:
    many = pd.concat([FRAME.assign(model="a_model_with_quite_a_long_name_that_has_to_be_cut")] * 12)
    picture = workbook.dbt_test_table(many)
    boxes = [box for _, box in picture.texts]
    assert max(box.x + box.width for box in boxes) <= 860
    assert not any(box.overlaps(other) for at, box in enumerate(boxes) for other in boxes[at + 1 :])


def test_nothing_to_draw() -> None:
    with pytest.raises(workbook.WorkbookError, match="no test"):
        workbook.dbt_test_table(FRAME.iloc[:0])
