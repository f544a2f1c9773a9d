"""io.kestra.plugin.jdbc.postgresql.Trigger."""

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.lab import NAMESPACE, Lab

FLOW = {"namespace": NAMESPACE, "id": "watching"}


def test_rows_start_an_execution(lab: Lab) -> None:
    lab.sql("CREATE TABLE orders (n int, state text); INSERT INTO orders VALUES (7, 'new'), (8, 'done')")
    trigger = {
        "id": "watch",
        "type": "io.kestra.plugin.jdbc.postgresql.Trigger",
        "interval": "PT1S",
        "sql": "SELECT n FROM orders WHERE state = 'new'",
        "afterSQL": "UPDATE orders SET state = 'done' WHERE state = 'new'",
    }
    task = {"type": "io.kestra.plugin.core.debug.Return", "format": "{{ trigger.rows[0].n }} of {{ trigger.size }}"}
    lab.create(task, **FLOW, triggers=[trigger], **lab.login)
    try:
        eventually(lambda: [run.state for run in lab.runs(**FLOW)] == ["SUCCESS"], seconds=60)
        assert lab.runs(**FLOW)[0].outputs() == {"value": "7 of 1"}
        assert lab.sql("SELECT DISTINCT state FROM orders") == [("done",)]
        lab.await_looks(**FLOW)  # which find nothing
        assert len(lab.runs(**FLOW)) == 1
    finally:
        lab.request("DELETE", f"/flows/{NAMESPACE}/watching")
        lab.sql("DROP TABLE orders")
