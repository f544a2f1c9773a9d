"""The settings of a learner whose stack is the Docker one, for services that a stack of the tests runs.

Notebooks get plain settings alone, as `.env.example` names them, and nothing to ask an embedded stack with. What the
stack's own answer would add is left out, so a lesson that leans on it fails.
"""

import json
import sys
from pathlib import Path

import catalog
from catalog.setting import Kind
from tests.support.stack import ROOT, stack_variables

PLAIN = {
    *(setting.variable for spec in catalog.SERVICES for setting in spec.all_settings if setting.kind is not Kind.URL),
    *(variable for spec in catalog.SERVICES for variable in spec.client_variables),
}
"""What a learner may write into `.env`; `docker-compose.yml` reads the same lines."""
SERVICES = {catalog.docker_name(name): name for name in catalog.NAMES}


def docker_settings(environment: dict[str, str], empty_home: Path) -> dict[str, str]:
    """The environment of a notebook that works on the Docker stack.

    Parameters:
        environment: of a stack of the tests, which runs all that the notebook needs.
        empty_home: an empty folder; the embedded stack that notebooks could ask is nowhere but there.
    """
    running_now = stack_variables(environment)
    running = environment | running_now
    plain = {name: value for name, value in running.items() if name in PLAIN or name not in running_now}
    data = {"FLOWS_DATASET_URL": running_now["DATASET_URL"]} if "DATASET_URL" in running_now else {}
    return (
        plain
        | data
        | {
            "WORKBOOK_STACK": "docker",
            "EMBEDDED_HOME": str(empty_home),
            "PATH": f"{_docker(running, empty_home)}:{environment['PATH']}",
        }
    )


def _docker(running: dict[str, str], empty_home: Path) -> Path:
    """A folder with a `docker` that stops and starts services of the stack of the tests, and does nothing else."""
    program = empty_home / "bin" / "docker"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, subprocess, sys\n"
        f"environment, names = json.loads({json.dumps(running)!r}), {SERVICES!r}\n"
        "verb, service = sys.argv[2], names.get(sys.argv[-1], sys.argv[-1])\n"
        "assert sys.argv[1:-1] in (['compose', 'stop'], ['compose', 'up', '--detach', '--wait']), sys.argv\n"
        "words = ['stop', service] if verb == 'stop' else ['up', '--only', service]\n"
        f"command = [{sys.executable!r}, '-m', 'embedded', *words]\n"
        f"sys.exit(subprocess.run(command, cwd={str(ROOT)!r}, env=environment).returncode)\n"
    )
    program.chmod(0o700)
    return program.parent
