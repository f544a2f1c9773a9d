"""What the client refuses before it asks the engine."""

from typing import Any

import pytest

from workbook.kestra.errors import InputInvalid
from workbook.kestra.inputs import check
from workbook.kestra.models import Flow

MONTHS = [f"{number:02}" for number in range(1, 13)]
INPUTS = [{"id": "month", "type": "SELECT", "values": MONTHS}, {"id": "pages", "type": "INT"}]
FLOW = Flow("zoomcamp", "taxi", 1, "", {"inputs": INPUTS})


def test_a_number_in_the_place_of_a_month_is_refused_with_the_remedy() -> None:
    with pytest.raises(InputInvalid) as refused:
        check(FLOW, {"month": 2})
    assert "'month' of flow 'taxi' is the number 2, but its values are texts: pass '02'." in str(refused.value)
    assert "`-r month 02`" in str(refused.value)


@pytest.mark.parametrize("inputs", [{"month": "02"}, {"month": 12}, {"month": 13}, {"pages": 2}, {"month": None}])
def test_what_has_a_meaning_or_is_the_engines_to_refuse_passes(inputs: dict[str, Any]) -> None:
    check(FLOW, inputs)


def test_a_misspelt_input_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputInvalid, match=r"no input 'mont'\. Did you mean 'month'"):
        check(FLOW, {"mont": "02"})
