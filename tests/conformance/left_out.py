"""What of Kestra's own flows and of its SDK's own tests is not compared, each with its reason."""

_LONG = "it runs for minutes, to be killed by its test"
_CLOCK = "how often it is tried, or in which state it is stopped, depends on when its time limit hits"
_OTHERS = "its result depends on what other flows do meanwhile"
RUNS: dict[str, str] = {
    "flows/valids/flow-concurrency-parallel-subflow-kill.yaml": _LONG,
    "flows/valids/flow-concurrency-queue-killed.yml": _LONG,
    "flows/valids/sequential-sleep.yaml": _LONG,
    "flows/valids/sleep-long-after-execution-flowable.yml": _LONG,
    "flows/valids/sleep-long.yml": _LONG,
    "flows/valids/purge_logs_no_arguments.yaml": _OTHERS,
    "flows/valids/loop-until-restart.yaml": _CLOCK,
    "flows/valids/retry-failed-task-duration.yml": _CLOCK,
    "flows/valids/sla-max-duration-fail.yaml": _CLOCK,
    "flows/valids/sla-parent-flow.yaml": _CLOCK,
    "flows/valids/waitfor-child-task-warning.yaml": _CLOCK,
    "flows/valids/waitfor-max-duration.yaml": _CLOCK,
    "sanity-checks/all_core.yaml": "it runs all other sanity checks, which run by themselves",
}
"""Flows that are validated and created, but not run."""

OF_ENTERPRISE = "of the Enterprise edition"
"""What the API says of a path that the open-source edition does not have."""
_NAMESPACES = "namespaces are entities in the Enterprise edition only: open-source Kestra knows any name"
SDK: dict[str, str] = {
    "test_flows_api.TestCreateFlow.test_simple": "it reads a file that is not in the wheel",
    "test_namespaces_api.test_namespace_get_unknown_id_raises": _NAMESPACES,
    "test_namespaces_api.test_delete_namespace_unknown_id_does_not_error": _NAMESPACES,
}
"""Tests of the SDK that fail, beside those that ask for what is of the Enterprise edition."""
