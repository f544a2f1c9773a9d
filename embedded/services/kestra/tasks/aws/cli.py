"""Body of io.kestra.plugin.aws.cli.AwsCLI: the environment in which the commands that call `aws` run.

See https://kestra.io/plugins/plugin-aws.

The `aws` that runs is version 1, locked in `tool_environments/aws.lock`; the tag of `containerImage` is not
followed.
"""

import os
from pathlib import Path

from embedded.services.kestra import tool_environments
from embedded.services.kestra.tasks import scripts
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.shared.python_environments import EnvironmentProblem

VARIABLES = {
    "accessKeyId": "AWS_ACCESS_KEY_ID",
    "secretKeyId": "AWS_SECRET_ACCESS_KEY",
    "sessionToken": "AWS_SESSION_TOKEN",
    "region": "AWS_DEFAULT_REGION",
    "endpointOverride": "AWS_ENDPOINT_URL",
    "outputFormat": "AWS_DEFAULT_OUTPUT",
}
"""The environment variable of `aws` for each property."""


@body("io.kestra.plugin.aws.cli.AwsCLI")
def aws_cli(task: Task) -> Outputs:
    """`aws` comes first on the path; properties that are not set come from the engine's environment."""
    properties = {name: value for name, value in task.properties.items() if value}
    if properties.get("stsRoleArn"):
        raise TaskError(
            "`stsRoleArn`: roles are not known to the embedded engine. Use `accessKeyId` and `secretKeyId`."
        )
    if properties["outputFormat"] == "yaml":
        raise TaskError("`outputFormat: YAML` is of version 2 of the `aws` command, and this is version 1: use JSON.")
    try:
        commands = tool_environments.commands("aws")
    except EnvironmentProblem as problem:
        raise TaskError(str(problem)) from problem
    connection = {VARIABLES[name]: value for name, value in properties.items()}
    inherited = {name: os.environ[name] for name in VARIABLES.values() if name in os.environ}
    environment = scripts.with_commands(scripts.environment(), commands)
    return scripts.process_options(task, environment | inherited | connection | _own_files(task.working_directory))


def _own_files(folder: Path) -> dict[str, str]:
    """As in a container, this user's own profiles do not count, and `aws configure` changes nothing outside."""
    return {
        "AWS_CONFIG_FILE": str(folder / ".aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / ".aws" / "credentials"),
    }
