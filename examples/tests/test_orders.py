"""The same kind of tests in Python, for where a loop or a table says more than YAML."""

import pytest

from flowtests import FlowUnderTest, stub


@pytest.mark.flow("shop.orders.approve_order")
@pytest.mark.parametrize(("amount", "limit", "asked"), [(10, 5, True), (5, 10, False), (7, 7, False)])
def test_the_limit_decides(flow: FlowUnderTest, amount: float, limit: float, asked: bool) -> None:
    run = flow.run(inputs={"amount": amount}, stubs={"ask_manager": {"body": "waiting"}}, kv={"approval_limit": limit})
    assert run.state == "SUCCESS"
    assert ("ask_manager" in run.states) == asked


@pytest.mark.flow("shop.parcels.count_stock")
def test_every_warehouse_is_asked(flow: FlowUnderTest) -> None:
    stubs = {"ask[north]": {"body": "1"}, "ask[south]": stub(body="2")}
    run = flow.run(stubs=stubs)
    assert run.outputs["ask"] == {"north": {"body": "1"}, "south": {"body": "2"}}
    reported = {line.message for line in run.logs if line.task_id == "report"}
    assert reported == {"north has 1 parcels", "south has 2 parcels"}
