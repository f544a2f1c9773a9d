"""io.kestra.plugin.jdbc.postgresql.Trigger."""

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import NAMESPACE, Kestra

FLOW = {"namespace": NAMESPACE, "id": "watching"}
SHOWN = "{{ trigger.rows[0].n }} of {{ trigger.size }} at {{ trigger.rows[0].at }}"


def test_rows_start_an_execution(kestra: Kestra) -> None:
    kestra.sql("CREATE TABLE orders (n int, state text); INSERT INTO orders VALUES (7, 'new'), (8, 'done')")
    trigger = {
        "id": "watch",
        "type": "io.kestra.plugin.jdbc.postgresql.Trigger",
        "interval": "PT1S",
        "sql": "SELECT n, timestamptz '2004-10-19 10:23:54.123456+02' AS at FROM orders WHERE state = 'new'",
        "afterSQL": "UPDATE orders SET state = 'done' WHERE state = 'new'",
    }
    task = {"type": "io.kestra.plugin.core.debug.Return", "format": SHOWN}
    kestra.create(task, **FLOW, triggers=[trigger], **kestra.login)
    try:
        eventually(lambda: [run.state for run in kestra.runs(**FLOW)] == ["SUCCESS"], seconds=60)
        assert kestra.runs(**FLOW)[0].outputs() == {"value": "7 of 1 at 2004-10-19T08:23:54.123456Z"}
        assert kestra.sql("SELECT DISTINCT state FROM orders") == [("done",)]
        kestra.await_looks(**FLOW)  # which find nothing
        assert len(kestra.runs(**FLOW)) == 1
    finally:
        kestra.request("DELETE", f"/flows/{NAMESPACE}/watching")
        kestra.sql("DROP TABLE orders")
