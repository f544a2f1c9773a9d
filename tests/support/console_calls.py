"""The console's calls of Kestra, each with arguments for what `record_console` makes on a server."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from console.calls import completions, executions, flows, kv, logs, measures, namespaces, plugins, triggers
from console.calls.executions import ExecutionFilters
from console.calls.filters import FlowFilters
from console.calls.logs import LogFilters
from console.calls.triggers import BackfillRequest, TriggerId
from console.yaml_outline import place_of
from workbook.kestra import KestraClient
from workbook.kestra.models import FlowId

SPACE = "company.recorded"
FLOW = FlowId(SPACE, "measured")
SOURCE = f"""id: measured
namespace: {SPACE}
labels: {{team: data}}
inputs:
  - {{id: rows, type: INT, max: 10, defaults: 5}}
tasks:
  - id: write
    type: io.kestra.plugin.core.storage.Write
    content: "rows,{{{{ inputs.rows }}}}"
    extension: .csv
  - id: measure
    type: io.kestra.plugin.core.metric.Publish
    metrics: [{{name: rows, type: counter, value: 5}}]
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: Hello}}
  - {{id: ask, type: io.kestra.plugin.core.flow.Pause, onResume: [{{id: reason, type: STRING}}]}}
triggers:
  - {{id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 * * *", timezone: America/New_York}}
"""
ENDED = f"""id: ended
namespace: {SPACE}
tasks:
  - {{id: bye, type: io.kestra.plugin.core.log.Log, message: Bye}}
"""
WRONG = SOURCE.replace("log.Log", "log.Logg")
TRIGGER = TriggerId(SPACE, "measured", "daily")
LOG = "io.kestra.plugin.core.log.Log"


@dataclass(frozen=True)
class Known:
    """What is known of the server only after something has been done there.

    Attributes:
        paused: id of an execution that waits for its resuming.
        task_run: id of its first task run.
        uri: of the file that this has left.
        days: up to that of the execution.
    """

    paused: str
    task_run: str
    uri: str
    days: list[str]


Call = Callable[[KestraClient, Known], Any]
CALLS: dict[str, Call] = {
    "flows.search": lambda kestra, known: flows.search(kestra, "meas", SPACE, 1, 25),
    "flows.namespaces": lambda kestra, known: flows.namespaces(kestra),
    "flows.latest_executions": lambda kestra, known: flows.latest_executions(kestra, [FLOW]),
    "flows.validate": lambda kestra, known: flows.validate(kestra, SOURCE),
    "flows.validate (wrong)": lambda kestra, known: flows.validate(kestra, WRONG),
    "flows.create": lambda kestra, known: flows.create(kestra, SOURCE.replace("measured", "created")),
    "flows.update": lambda kestra, known: flows.update(
        kestra, FlowId(SPACE, "created"), SOURCE.replace("measured", "created").replace("Hello", "Bye")
    ),
    "flows.revisions": lambda kestra, known: flows.revisions(kestra, FlowId(SPACE, "created")),
    "flows.dependencies": lambda kestra, known: flows.dependencies(kestra, FLOW),
    "flows.missing_flows": lambda kestra, known: flows.missing_flows(kestra),
    "flows.import_files": lambda kestra, known: flows.import_files(
        kestra, [("a.yaml", SOURCE.replace("measured", "imported").encode())]
    ),
    "flow": lambda kestra, known: kestra.flow(FLOW),
    "execution": lambda kestra, known: kestra.execution(known.paused),
    "executions.search": lambda kestra, known: executions.search(
        kestra, ExecutionFilters(namespace=SPACE, state="PAUSED", labels="team:data", period="ever"), 1, 25
    ),
    "executions.check_inputs": lambda kestra, known: executions.check_inputs(kestra, FLOW, {"rows": "11"}),
    "executions.evaluate": lambda kestra, known: executions.evaluate(kestra, known.paused, "", "{{ inputs.rows }}"),
    "executions.evaluate (task run)": lambda kestra, known: executions.evaluate(
        kestra, known.paused, known.task_run, "{{ nothing.there }}"
    ),
    "executions.preview": lambda kestra, known: executions.preview(kestra, known.paused, known.uri),
    "files.size": lambda kestra, known: kestra.files.size(known.paused, known.uri),
    "executions.check_resume": lambda kestra, known: executions.check_resume(kestra, known.paused, {"reason": "ok"}),
    "executions.start": lambda kestra, known: executions.start(kestra, FLOW, {"rows": "3"}, ["team:web"]),
    "executions.act_on_all": lambda kestra, known: executions.act_on_all(kestra, "resume", [known.paused]),
    "logs.search": lambda kestra, known: logs.search(kestra, LogFilters(text="Hello", namespace=SPACE), 1, 25),
    "measures.executions_by_day": lambda kestra, known: measures.executions_by_day(kestra, known.days),
    "measures.metric_names": lambda kestra, known: measures.metric_names(kestra, FLOW),
    "measures.metric_by_day": lambda kestra, known: measures.metric_by_day(kestra, FLOW, "rows", "sum", known.days),
    "kv.put": lambda kestra, known: kv.put(kestra, SPACE, "rows", "NUMBER", "42", "PT24H", "how many"),
    "kv.search": lambda kestra, known: kv.search(kestra, SPACE, "ro", 1, 25),
    "kv.inherited": lambda kestra, known: kv.inherited(kestra, f"{SPACE}.below"),
    "kv.read": lambda kestra, known: kv.read(kestra, SPACE, "rows"),
    "kv.delete": lambda kestra, known: kv.delete(kestra, SPACE, "rows"),
    "namespaces.search": lambda kestra, known: namespaces.search(kestra, "recorded", 1, 25),
    "namespaces.secrets": lambda kestra, known: namespaces.secrets(kestra, SPACE, "", 1, 25),
    "namespaces.make_folder": lambda kestra, known: namespaces.make_folder(kestra, SPACE, "/sql"),
    "namespaces.write": lambda kestra, known: namespaces.write(kestra, SPACE, [("/sql/a.sql", b"SELECT 1")]),
    "namespaces.folder": lambda kestra, known: namespaces.folder(kestra, SPACE, "/sql"),
    "namespaces.entry": lambda kestra, known: namespaces.entry(kestra, SPACE, "/sql/a.sql"),
    "namespaces.file_text": lambda kestra, known: namespaces.file_text(kestra, SPACE, "/sql/a.sql"),
    "namespaces.revisions": lambda kestra, known: namespaces.revisions(kestra, SPACE, "/sql/a.sql"),
    "namespaces.move": lambda kestra, known: namespaces.move(kestra, SPACE, "/sql/a.sql", "/sql/b.sql"),
    "namespaces.delete": lambda kestra, known: namespaces.delete(kestra, SPACE, "/sql"),
    "plugins.types": lambda kestra, known: plugins.types(kestra),
    "plugins.document": lambda kestra, known: plugins.document(kestra, LOG),
    "completions.options": lambda kestra, known: completions.options(
        kestra, place_of(f"tasks:\n  - type: {LOG}\n    mess", 3, 8)
    ),
    "triggers.search": lambda kestra, known: triggers.search(kestra, FlowFilters(namespace=SPACE), 1, 25),
    "triggers.start_backfill": lambda kestra, known: triggers.start_backfill(
        kestra, kestra.flow(FLOW), "daily", BackfillRequest("2020-01-01", "2020-03-01", {"rows": "1"}, {"a": "b"})
    ),
    "triggers.pause_backfill": lambda kestra, known: triggers.pause_backfill(kestra, TRIGGER),
    "triggers.continue_backfill": lambda kestra, known: triggers.continue_backfill(kestra, TRIGGER),
    "triggers.cancel_backfill": lambda kestra, known: triggers.cancel_backfill(kestra, TRIGGER),
    "triggers.set_disabled": lambda kestra, known: triggers.set_disabled(kestra, [TRIGGER], True),
    "triggers.unlock": lambda kestra, known: triggers.unlock(kestra, [TRIGGER]),
    "executions.label_all": lambda kestra, known: executions.label_all(kestra, [known.paused], {"seen": "yes"}),
}
"""In the order in which they can be made."""
