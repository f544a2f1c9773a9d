"""Starts an engine, runs a flow over its API and ends, and lists the classes that were loaded.

Run by `embedded.services.kestra.cds_archive` as `python -m embedded.services.kestra.cds_training FOLDER LISTING`.
"""

import socket
import sys
import threading
from pathlib import Path

import requests
import uvicorn

from embedded.services.kestra.api.app import create_app
from embedded.services.kestra.cds_archive import listing_options
from embedded.services.kestra.launch import ProcessSettings, leave, start_engine
from embedded.shared.loopback import HOST

FLOW = """
id: training
namespace: training
inputs:
  - id: name
    type: STRING
    defaults: learner
variables:
  greeting: "Hello {{ inputs.name }}"
tasks:
  - id: choose
    type: io.kestra.plugin.core.flow.If
    condition: "{{ inputs.name == 'learner' }}"
    then:
      - id: repeat
        type: io.kestra.plugin.core.flow.ForEach
        values: [1, 2]
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: "{{ render(vars.greeting) }} {{ taskrun.value }}"
  - id: keep
    type: io.kestra.plugin.core.debug.Return
    format: "{{ now() | date('yyyy') }}"
  - id: shell
    type: io.kestra.plugin.scripts.shell.Commands
    commands:
      - echo '::{"outputs":{"done":true}}::'
triggers:
  - id: yearly
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 0 1 1 *"
"""
ANSWER_TIMEOUT_SECONDS = 60


def main() -> None:
    """Run the flow; the exit code is 1 if it did not succeed."""
    folder, listing = (Path(argument) for argument in sys.argv[1:3])
    with socket.create_server((HOST, 0)) as listening:  # requests wait until the server is up
        port = listening.getsockname()[1]
        settings = ProcessSettings(folder / "home", folder / "storage", port, "admin@kestra.io", "Training1")
        engine = start_engine(settings, listing_options(listing))
        server = uvicorn.Server(uvicorn.Config(create_app(engine, settings), log_level="warning"))
        threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
        state = run_flow(settings)
    engine.close()
    leave(state != "SUCCESS")


def run_flow(settings: ProcessSettings) -> str:
    """Post the flow and run it to its end; the state in which it ended."""
    session = requests.Session()
    session.auth = (settings.username, settings.password)
    api = f"http://{HOST}:{settings.port}/api/v1/main"
    headers = {"Content-Type": "application/x-yaml"}
    session.post(f"{api}/flows", data=FLOW, headers=headers, timeout=ANSWER_TIMEOUT_SECONDS).raise_for_status()
    answer = session.post(f"{api}/executions/training/training?wait=true", timeout=ANSWER_TIMEOUT_SECONDS)
    answer.raise_for_status()
    ended = answer.json()
    session.get(f"{api}/logs/{ended['id']}", timeout=ANSWER_TIMEOUT_SECONDS).raise_for_status()
    return str(ended["state"]["current"])


if __name__ == "__main__":
    main()
