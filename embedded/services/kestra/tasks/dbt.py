"""Bodies of io.kestra.plugin.dbt.cli: the environment in which dbt's commands run.

See https://kestra.io/plugins/plugin-dbt.

The dbt that runs is the one that `tool_environments/dbt.lock` locks, with the adapter for Athena; the tag of
`containerImage` is not followed. Where a Setup task has made another in the folder that tasks share, that one runs.
"""

from embedded.services.kestra import tool_environments
from embedded.services.kestra.tasks import scripts
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.shared.python_environments import EnvironmentProblem

PREFIX = "io.kestra.plugin.dbt.cli."
COMMANDS = ("DbtCLI", "Build", "Run", "Test", "Seed", "Snapshot", "Compile", "Deps", "Freshness", "List")
QUIET = {
    "PYTHONUNBUFFERED": "true",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_USE_COLORS": "false",
}
"""No call to the outside that the flow did not ask for, and no colour codes in the log."""


@body(PREFIX + "Setup")
def setup(task: Task) -> Outputs:
    """Python comes first on the path: it makes the environment that the task's commands fill."""
    return scripts.python_options(task)


@body(*(PREFIX + name for name in COMMANDS))
def dbt(task: Task) -> Outputs:
    """dbt comes first on the path; the connection is the project's profile, filled by the task's `env`."""
    if task.properties["engine"] != "CORE":
        raise TaskError("`engine: FUSION` is not available here: leave it out, or write CORE.")
    try:
        commands = tool_environments.commands("dbt")
    except EnvironmentProblem as problem:
        raise TaskError(str(problem)) from problem
    environment = scripts.with_commands(scripts.environment(), tool_environments.QUICK, commands)
    return scripts.process_options(task, environment | {"DBT_COMMANDS": str(commands)} | QUIET)
