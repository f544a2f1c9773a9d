"""AWS under the supervisor: what is left after `down`, after kill -9, and after `reset`."""

import os
import signal
from pathlib import Path
from typing import Any

import boto3

from tests.support.command import Command
from tests.support.store_life import commanded, listening, start
from tests.support.waiting import eventually
from tests.wire.aws.batch import Batch
from tests.wire.aws.server import REGION

LONG = (
    "import subprocess, time; subprocess.Popen(['sleep', '600'], start_new_session=True); print('on'); time.sleep(600)"
)
PASSWORD = "a-secret-of-this-stack"


class Supervised:
    """The server of a stack, as its clients find it."""

    def __init__(self, command: Command) -> None:
        self._told = start(command, "aws")

    def client(self, service: str) -> Any:
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
        keys = {name: self._told[variable] for name, variable in names.items()}
        return boto3.client(service, endpoint_url=self._told["AWS_ENDPOINT_URL"], region_name=REGION, **keys)


def long_job(batch: Batch) -> str:
    """A job that runs with a child of its own."""
    batch.define("long", ["python", "-c", LONG])
    identity = batch.submit("long")
    batch.reached(identity, "RUNNING")
    stream = batch.job(identity)["container"]["logStreamName"]
    about = {"logGroupName": "/aws/batch/job", "logStreamName": stream}
    eventually(lambda: batch.logs.get_log_events(**about)["events"])
    return identity


def sleepers(command: Command) -> list[str]:
    return [line for line in command.processes() if "sleep" in line]


def test_the_life_of_aws(tmp_path: Path) -> None:
    with commanded(tmp_path, AWS_SECRET_ACCESS_KEY=PASSWORD) as command:
        batch = Batch(Supervised(command))
        batch.set_up()
        batch.server.client("glue").create_database(DatabaseInput={"Name": "kept"})
        assert listening(command, "aws") == {"127.0.0.1"}
        stopped = long_job(batch)
        assert len(sleepers(command)) == 2
        assert command("down").returncode == 0
        assert command.nothing_runs(), command.processes()

        batch = Batch(Supervised(command))
        assert batch.job(stopped)["status"] == "FAILED"
        assert batch.log_lines(batch.job(stopped)) == ["on"]
        killed = long_job(batch)
        for pid in (command.supervisor(), command.status()["aws"]["pid"]):
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not sleepers(command))

        batch = Batch(Supervised(command))
        assert batch.ended(killed)["status"] == "FAILED"
        assert batch.server.client("glue").get_database(Name="kept")["Database"]["Name"] == "kept"
        assert batch.server.client("iam").get_role(RoleName="job")["Role"]["RoleName"] == "job"
        assert PASSWORD not in "".join(path.read_text() for path in (command.home / "logs").iterdir())

        assert command("reset", "--yes").returncode == 0
        again = Batch(Supervised(command))
        assert again.client.describe_job_queues()["jobQueues"] == []
        assert again.server.client("glue").get_databases()["DatabaseList"] == []
