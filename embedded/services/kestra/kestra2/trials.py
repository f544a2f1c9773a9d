"""Validates flows with an engine of Kestra 2.0, and runs them."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import jpype

from embedded.services.kestra.java_engine import TENANT
from embedded.services.kestra.kestra2.engine import LOOK_SECONDS, Engine2, Engine2Error


class Trials:
    """What a check asks an engine.

    Parameters:
        engine: an engine whose context has been started. Its services start with the first run.
    """

    def __init__(self, engine: Engine2) -> None:
        self._engine = engine
        self.java = engine.java
        self.bean = engine.bean

    def validate(self, sources: Sequence[str]) -> list[str | None]:
        """Why the engine does not take each flow; None if it does."""
        flow_source = self.java("io.kestra.core.models.flows.FlowSource")
        wanted = self.java("java.util.ArrayList")()
        for number, source in enumerate(sources):
            wanted.add(flow_source(f"{number}.yaml", source))
        violations = self.bean("io.kestra.core.services.FlowService").validate(TENANT, wanted)
        return [None if (text := found.getConstraints()) is None else str(text) for found in violations]

    def run(self, source: str, others: Sequence[str], inputs: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Run a flow to its end.

        Parameters:
            source: the flow.
            others: flows that it needs, such as its subflows.
            inputs: values of its inputs.
            seconds: how long it may take.

        Returns:
            `state`, `outputs`, and `taskRuns` with `task`, `value`, `state` and `outputs` in the order of their starts.
            Those of a Loop's rounds, which are executions of their own, follow it and have the round's value.

        Raises:
            Engine2Error: a flow is refused, or the time is over.
        """
        if not self._engine.running:
            self._engine.start_services()
        for other in others:
            self._store(other)
        flow = self._store(source)
        execution = self.java("io.kestra.core.models.executions.Execution").newExecution(flow, None)
        draft = execution.withInputs(self._inputs(flow, execution, inputs))
        self._engine.create_execution(flow, draft, self.java("java.util.ArrayList")())
        return self._describe(self._await(flow, execution, seconds))

    def dates(self, source: str, trigger: str, after: str, count: int) -> list[str]:
        """The next dates of a Schedule, as its cron expression and its `when` make them.

        Parameters:
            source: the flow.
            trigger: the id of the Schedule.
            after: the date of its last execution, in the form of ISO 8601 with an offset.
            count: how many dates.
        """
        flow = self.bean("io.kestra.core.services.FlowParsingService").parse(TENANT, source, True)
        [schedule] = [found for found in flow.getTriggers() if found.getId() == trigger]
        context = self.java("io.kestra.core.models.conditions.ConditionContext").builder().flow(flow)
        context = context.runContext(self.bean("io.kestra.core.runners.RunContextFactory").of(flow, schedule)).build()
        date = self.java("java.time.ZonedDateTime").parse(after)
        last = self.java("io.kestra.core.models.triggers.TriggerContext").builder()
        dates = []
        for _ in range(count):
            before = self.java("java.util.Optional").of(last.date(date).build())
            date = schedule.nextEvaluationDate(context, before)
            dates.append(str(date.toOffsetDateTime()))
        return dates

    def _store(self, source: str) -> Any:
        try:
            return self.bean("io.kestra.core.services.FlowService").importFlow(TENANT, source)
        except jpype.JException as error:
            raise Engine2Error(f"the engine refuses the flow: {error.getMessage()}") from error

    def _inputs(self, flow: Any, execution: Any, inputs: Mapping[str, Any]) -> Any:
        values = self.java("java.util.LinkedHashMap")()
        parser = self.java("io.kestra.core.serializers.JacksonMapper").ofJson()
        for name, value in inputs.items():
            values.put(name, parser.readValue(json.dumps(value), self.java("java.lang.Object").class_))
        try:
            return self.bean("io.kestra.core.runners.FlowInputOutput").readExecutionInputs(flow, execution, values)
        except jpype.JException as error:
            raise Engine2Error(f"the engine refuses the inputs: {error.getMessage()}") from error

    def _await(self, flow: Any, execution: Any, seconds: float) -> Any:
        executions = self.bean("io.kestra.core.repositories.ExecutionRepositoryInterface")
        service = self.bean("io.kestra.core.services.ExecutionService")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = executions.findById(TENANT, execution.getId())
            if found.isPresent() and service.isTerminated(flow, found.get()):
                return found.get()
            time.sleep(LOOK_SECONDS)
        state = found.get().getState().getCurrent() if found.isPresent() else "not created"
        raise Engine2Error(f"the execution has not ended after {seconds:g} s; its state is {state}")

    def _describe(self, execution: Any) -> dict[str, Any]:
        outputs = self.bean("io.kestra.core.services.ExecutionOutputService").getOutputs(execution)
        return {
            "state": str(execution.getState().getCurrent()),
            "outputs": self._python(outputs) or {},
            "taskRuns": self._task_runs(execution),
        }

    def _task_runs(self, execution: Any) -> list[dict[str, Any]]:
        service = self.bean("io.kestra.core.services.TaskOutputService")
        executions = self.bean("io.kestra.core.repositories.ExecutionRepositoryInterface")
        loop = execution.getLoopRun()
        task_runs = []
        for run in execution.getTaskRunList() or ():
            if loop is not None and str(run.getId()) == str(loop.taskRunId()):
                continue  # a round has the task run of its Loop too
            task_runs.append(
                {
                    "task": str(run.getTaskId()),
                    "value": None if loop is None else str(loop.value()),
                    "state": str(run.getState().getCurrent()),
                    "outputs": self._python(service.getOutputs(run)) or {},
                }
            )
            for inner in executions.findLoopSubExecutions(TENANT, execution.getId(), run.getTaskId()):
                task_runs += self._task_runs(inner)
        return task_runs

    def _python(self, value: Any) -> Any:
        mapper = self.java("io.kestra.core.serializers.JacksonMapper").ofJson()
        return json.loads(str(mapper.writeValueAsString(value)))
