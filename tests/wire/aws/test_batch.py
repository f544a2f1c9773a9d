"""Batch at the wire: jobs are processes, with states, logs, retries, limits and an end."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from embedded.services.aws.batch.attempt import Attempt
from tests.support.waiting import eventually
from tests.wire.aws.batch import ENDED, IMAGE, NEEDS, RESOURCES, Batch
from tests.wire.aws.server import SECRET, Server, processes, refusal, running

CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
SLEEP = "import time; print('begun'); time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('begun', flush=True); time.sleep(600)"


@pytest.fixture(scope="module")
def batch(server: Server) -> Batch:
    batch = Batch(server)
    batch.set_up()
    return batch


def alive(job: str) -> list[psutil.Process]:
    """The processes of a job."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("AWS_BATCH_JOB_ID") == job and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_job_succeeds_and_its_log_is_kept(batch: Batch) -> None:
    job = batch.run("hello", "import sys; print('out'); print('err', file=sys.stderr); print('é', end='')")
    assert (job["status"], job["container"]["exitCode"]) == ("SUCCEEDED", 0)
    assert job["statusReason"] == "Essential container in task exited"
    assert job["createdAt"] <= job["startedAt"] <= job["stoppedAt"]
    assert len(job["attempts"]) == 1
    assert sorted(batch.log_lines(job)) == ["err", "out", "é"]
    assert job["container"]["logStreamName"].startswith("hello/default/")
    assert job["jobDefinition"].endswith(":job-definition/hello:1")


def test_exit_1_is_a_failure_with_its_log(batch: Batch) -> None:
    job = batch.run("broken", "import sys; print('no such file'); sys.exit(1)")
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 1)
    assert job["attempts"][0]["container"]["exitCode"] == 1
    assert batch.log_lines(job) == ["no such file"]


def test_the_environment_of_a_job(batch: Batch) -> None:
    code = "import os, json; print(json.dumps(dict(os.environ)))"
    given = [{"name": "KEPT", "value": "definition"}, {"name": "CHANGED", "value": "definition"}]
    batch.define("environment", ["python", "-c", code], container={"environment": given})
    new = [{"name": "CHANGED", "value": "override"}, {"name": "TARGET_BUCKET", "value": "a b'\"$x"}]
    job = batch.ended(batch.submit("environment", containerOverrides={"environment": new}))
    found = json.loads(batch.log_lines(job)[0])
    assert (found["KEPT"], found["CHANGED"], found["TARGET_BUCKET"]) == ("definition", "override", "a b'\"$x")
    assert (found["AWS_BATCH_JOB_ID"], found["AWS_BATCH_JOB_ATTEMPT"]) == (job["jobId"], "1")
    assert (found["AWS_BATCH_JQ_NAME"], found["AWS_BATCH_CE_NAME"]) == ("queue", "fargate")
    assert (found["AWS_DEFAULT_REGION"], found["AWS_ENDPOINT_URL"]) == ("ap-southeast-2", batch.server.endpoint)
    assert found["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert SECRET not in json.dumps(found)
    told = {item["name"]: item["value"] for item in job["container"]["environment"]}
    assert told == {"KEPT": "definition", "CHANGED": "override", "TARGET_BUCKET": "a b'\"$x"}


def test_a_job_has_the_keys_of_its_role_and_no_others(batch: Batch) -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    job = batch.run("role", code)
    assert batch.log_lines(job) == [f"arn:aws:sts::000000000000:assumed-role/job/{job['jobId']}"]
    keys = "import os; print(sorted(name for name in os.environ if 'KEY' in name or 'TOKEN' in name))"
    definition = batch.definition("no-role", ["python", "-c", keys])
    del definition["containerProperties"]["jobRoleArn"]
    batch.client.register_job_definition(**definition)
    assert batch.log_lines(batch.ended(batch.submit("no-role"))) == ["[]"]
    foreign = {"jobRoleArn": "arn:aws:iam::000000000000:role/nobody"}
    job = batch.run("nobody", "print()", container=foreign)
    assert (job["status"], "unable to assume the role" in job["container"]["reason"]) == ("FAILED", True)


def test_command_and_parameters(batch: Batch) -> None:
    batch.define("echo", ["echo", "Ref::word", "Ref::other", "Ref::none"], parameters={"word": "a", "other": "b"})
    assert batch.log_lines(batch.ended(batch.submit("echo", parameters={"other": "c d"}))) == ["a c d Ref::none"]
    job = batch.ended(batch.submit("echo", containerOverrides={"command": ["sh", "-c", "pwd; exit 7"]}))
    assert (Path(batch.log_lines(job)[0]).name, job["container"]["exitCode"]) == ("ingestion", 7)
    absent = batch.ended(batch.submit("echo", containerOverrides={"command": ["no-such-program"]}))
    assert (absent["status"], absent["container"]["exitCode"]) == ("FAILED", 127)
    assert "CannotStartContainerError" in absent["container"]["reason"]


def test_an_image_that_is_not_known(batch: Batch) -> None:
    job = batch.run("foreign", "print()", container={"image": "docker.io/library/alpine:3"})
    assert job["status"] == "FAILED"
    assert job["statusReason"].startswith("CannotPullContainerError: docker.io/library/alpine:3")
    assert "insightflow-ingestion" in job["statusReason"]
    assert "exitCode" not in job["container"]


def test_retries(batch: Batch) -> None:
    code = "import os, sys; n = os.environ['AWS_BATCH_JOB_ATTEMPT']; print(n); sys.exit(n != '3')"
    job = batch.run("third-time", code, retryStrategy={"attempts": 5})
    assert (job["status"], len(job["attempts"])) == ("SUCCEEDED", 3)
    assert [one["container"]["exitCode"] for one in job["attempts"]] == [1, 1, 0]
    assert len({one["container"]["logStreamName"] for one in job["attempts"]}) == 3
    assert batch.log_lines(job) == ["3"]
    rules = [{"onExitCode": "4*", "action": "EXIT"}, {"onReason": "*", "action": "RETRY"}]
    strategy = {"attempts": 3, "evaluateOnExit": rules}
    job = batch.run("no-use", "import sys; sys.exit(42)", retryStrategy=strategy)
    assert (job["status"], len(job["attempts"])) == ("FAILED", 1)


def test_terminate_ends_the_process_and_what_it_started(batch: Batch) -> None:
    batch.define("long", ["python", "-c", f"{CHILD}; {SLEEP}"], retryStrategy={"attempts": 3})
    identity = batch.submit("long")
    batch.reached(identity, "RUNNING")
    eventually(lambda: len(alive(identity)) == 2)
    batch.client.cancel_job(jobId=identity, reason="cannot be cancelled any more")
    assert batch.job(identity)["status"] == "RUNNING"
    batch.client.terminate_job(jobId=identity, reason="enough")
    job = batch.ended(identity)
    assert (job["status"], job["statusReason"], job["isTerminated"]) == ("FAILED", "enough", True)
    assert (job["container"]["exitCode"], len(job["attempts"])) == (143, 1)
    assert alive(identity) == []
    batch.client.terminate_job(jobId=identity, reason="again")
    assert batch.job(identity)["statusReason"] == "enough"


def test_what_a_job_leaves_behind_ends_with_it(batch: Batch) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True); print('done')"
    started = time.monotonic()
    job = batch.run("leaves", code)
    assert (job["status"], batch.log_lines(job), alive(job["jobId"])) == ("SUCCEEDED", ["done"], [])
    assert time.monotonic() - started < 20


def test_a_time_limit_ends_the_whole_process_group(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "AWS_BATCH_JOB_ID": "limited"}
    attempt = Attempt([sys.executable, "-c", f"{CHILD}; {SLEEP}"], tmp_path, environment, seconds=1)
    seen: list[bool] = []
    outcome = attempt.run(lambda: seen.append(eventually(lambda: len(alive("limited")) == 2)), lambda lines: None)
    assert seen == [True]
    assert (outcome.exit_code, outcome.status_reason) == (143, "Job attempt duration exceeded timeout")
    assert outcome.final
    assert alive("limited") == []


def test_a_process_that_ignores_the_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded.services.aws.batch.attempt.GRACE_SECONDS", 0.5)
    environment = {"PATH": os.environ["PATH"], "AWS_BATCH_JOB_ID": "stubborn"}
    attempt = Attempt([sys.executable, "-c", STUBBORN], tmp_path, environment, seconds=None)

    def write(lines: Any) -> None:
        assert [text for _, text in lines] == ["begun"]
        attempt.stop("enough")

    outcome = attempt.run(lambda: None, write)
    assert (outcome.exit_code, outcome.status_reason, alive("stubborn")) == (137, "enough", [])


def test_output_comes_whole_and_while_the_job_runs(tmp_path: Path) -> None:
    code = "import time; print('x' * 300_000 + 'y'); print(); print('now', flush=True); time.sleep(1); print('later')"
    environment = {"PATH": os.environ["PATH"], "AWS_BATCH_JOB_ID": "talks"}
    writes: list[list[str]] = []
    attempt = Attempt([sys.executable, "-c", code], tmp_path, environment, seconds=None)
    attempt.run(lambda: None, lambda lines: writes.append([text for _, text in lines]))
    assert writes[-1] == ["later"]
    lines = [text for part in writes for text in part]
    assert "".join(lines[:-2]) == "x" * 300_000 + "y"
    assert lines[-2:] == ["now", "later"]


def test_dependencies(batch: Batch) -> None:
    batch.define("good", ["sleep", "0.5"])
    batch.define("bad", ["false"])
    first = batch.submit("good")
    second = batch.submit("good", dependsOn=[{"jobId": first}])
    assert batch.job(second)["status"] in ("SUBMITTED", "PENDING")
    done = batch.ended(second)
    assert (done["status"], done["startedAt"] >= batch.job(first)["stoppedAt"]) == ("SUCCEEDED", True)
    failed = batch.submit("bad")
    never = batch.ended(batch.submit("good", dependsOn=[{"jobId": failed}]))
    assert (never["status"], never["statusReason"]) == ("FAILED", "Dependent Job failed")
    assert never["attempts"] == []


def test_a_waiting_job_can_be_cancelled(batch: Batch) -> None:
    batch.define("waits", ["sleep", "600"])
    first = batch.submit("waits")
    second = batch.submit("waits", dependsOn=[{"jobId": first}])
    batch.reached(second, "PENDING")
    batch.client.cancel_job(jobId=second, reason="changed my mind")
    job = batch.job(second)
    assert (job["status"], job["statusReason"], job["isCancelled"]) == ("FAILED", "changed my mind", True)
    batch.client.terminate_job(jobId=first, reason="enough")
    batch.ended(first)


def test_no_more_jobs_run_than_there_is_room_for(batch: Batch) -> None:
    big = {"resourceRequirements": [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "8192"}]}
    batch.define("big", ["sleep", "600"], container=big)
    first, second = batch.submit("big"), batch.submit("big")
    batch.reached(first, "RUNNING")
    assert batch.job(second)["status"] == "RUNNABLE"
    summary = batch.client.list_jobs(jobQueue="queue", jobStatus="RUNNABLE")["jobSummaryList"]
    assert [job["jobId"] for job in summary] == [second]
    batch.client.terminate_job(jobId=first, reason="room")
    batch.reached(second, "RUNNING")
    batch.client.terminate_job(jobId=second, reason="enough")
    batch.ended(second)


def test_lists_of_jobs(batch: Batch) -> None:
    batch.define("listed", ["true"])
    mine = [batch.submit("listed") for _ in range(3)]
    for identity in mine:
        batch.ended(identity)
    named = [{"name": "JOB_DEFINITION", "values": ["LIST*"]}]
    pages = batch.client.get_paginator("list_jobs").paginate(
        jobQueue="queue", filters=named, PaginationConfig={"PageSize": 2}
    )
    assert [job["jobId"] for page in pages for job in page["jobSummaryList"]] == mine[::-1]
    late = [{"name": "AFTER_CREATED_AT", "values": [str(int(time.time() * 1000) + 1000)]}]
    assert batch.client.list_jobs(jobQueue="queue", filters=late)["jobSummaryList"] == []
    by_name = [{"name": "JOB_NAME", "values": ["job"]}]
    assert batch.client.list_jobs(jobQueue="queue", filters=by_name)["jobSummaryList"][0]["jobId"] == mine[-1]
    unknown = [{"name": "STATUS", "values": ["x"]}]
    assert "STATUS" in refusal(batch.client.list_jobs, jobQueue="queue", filters=unknown)[1]
    assert batch.client.describe_jobs(jobs=["nobody"])["jobs"] == []
    assert refusal(batch.client.terminate_job, jobId="nobody", reason="r")[1].endswith("Job nobody not found")


def test_revisions_of_a_definition(batch: Batch) -> None:
    for word in ("one", "two"):
        batch.define("revised", ["echo", word])
    assert batch.log_lines(batch.ended(batch.submit("revised"))) == ["two"]
    assert batch.log_lines(batch.ended(batch.submit("revised:1"))) == ["one"]
    batch.client.deregister_job_definition(jobDefinition="revised:2")
    assert "not ACTIVE" in refusal(batch.client.deregister_job_definition, jobDefinition="revised:2")[1]
    assert batch.log_lines(batch.ended(batch.submit("revised"))) == ["one"]
    found = batch.client.describe_job_definitions(jobDefinitionName="revised")["jobDefinitions"]
    assert [(one["revision"], one["status"]) for one in found] == [(2, "INACTIVE"), (1, "ACTIVE")]
    active = batch.client.describe_job_definitions(jobDefinitions=["revised"], status="ACTIVE")["jobDefinitions"]
    assert [one["revision"] for one in active] == [1]
    code, message = refusal(batch.client.submit_job, jobName="j", jobQueue="queue", jobDefinition="revised:2")
    assert (code, "revised:2" in message) == ("ClientException", True)
    batch.define("revised", ["echo", "three"])
    assert batch.job(batch.submit("revised"))["jobDefinition"].endswith("revised:3")


@pytest.mark.parametrize(
    ("container", "more", "said"),
    [
        ({"image": ""}, {}, "image"),
        ({"executionRoleArn": ""}, {}, "executionRoleArn"),
        ({"resourceRequirements": []}, {}, "VCPU must be one of"),
        ({"resourceRequirements": [NEEDS[0], {"type": "MEMORY", "value": "4096"}]}, {}, "512, 1024, 2048"),
        ({"environment": [{"name": "AWS_BATCH_X", "value": "1"}]}, {}, "reserved"),
        ({"volumes": [{"name": "v"}]}, {}, "volumes"),
        ({"secrets": [{"name": "S", "valueFrom": "arn:x"}]}, {}, "secrets"),
        ({"resourceRequirements": [*NEEDS, {"type": "GPU", "value": "1"}]}, {}, "GPU"),
        ({"vcpus": 1}, {}, "not for Fargate"),
        ({"environment": [{"name": "A"}]}, {}, "need a name and a value"),
        ({"resourceRequirements": NEEDS[:1]}, {"platformCapabilities": ["EC2"]}, "both VCPU and MEMORY"),
        ({"logConfiguration": {"logDriver": "splunk"}}, {}, "logConfiguration"),
        ({}, {"timeout": {"attemptDurationSeconds": 59}}, "at least 60"),
        ({}, {"retryStrategy": {"attempts": 11}}, "from 1 to 10"),
        ({}, {"retryStrategy": {"evaluateOnExit": [{"onExitCode": "1", "action": "AGAIN"}]}}, "[RETRY, EXIT]"),
        ({}, {"type": "multinode"}, "another type"),
        ({}, {"jobDefinitionName": "a b"}, "a b"),
        ({}, {"nodeProperties": {"numNodes": 1, "mainNode": 0, "nodeRangeProperties": []}}, "nodeProperties"),
    ],
)
def test_definitions_that_cannot_be(batch: Batch, container: Any, more: Any, said: str) -> None:
    given = batch.definition("wrong", ["true"], container=container) | more
    code, message = refusal(batch.client.register_job_definition, **given)
    assert code in ("ClientException", "NotImplemented")
    assert said in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"jobQueue": "none"}, "none"),
        ({"jobDefinition": "none"}, "none"),
        ({"jobName": "a b"}, "a b"),
        ({"arrayProperties": {"size": 2}}, "arrayProperties"),
        ({"dependsOn": [{"jobId": "none"}]}, "none"),
        ({"dependsOn": [{"type": "SEQUENTIAL"}]}, "array job"),
        ({"containerOverrides": {"instanceType": "m5.large"}}, "instanceType"),
        ({"containerOverrides": {"environment": [{"name": "AWS_BATCH_JOB_ID", "value": "1"}]}}, "reserved"),
        ({"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "3"}]}}, "VCPU must be one of"),
        ({"timeout": {"attemptDurationSeconds": 1}}, "at least 60"),
        ({"shareIdentifier": "x"}, "shareIdentifier"),
    ],
)
def test_submissions_that_cannot_be(batch: Batch, change: Any, said: str) -> None:
    batch.define("plain", ["true"])
    given = {"jobName": "job", "jobQueue": "queue", "jobDefinition": "plain"} | change
    code, message = refusal(batch.client.submit_job, **given)
    assert code in ("ClientException", "NotImplemented")
    assert said in message


def test_environments_and_queues(batch: Batch) -> None:
    client = batch.client
    about = {"computeEnvironmentName": "second", "type": "MANAGED", "computeResources": RESOURCES}
    client.create_compute_environment(**about)
    assert refusal(client.create_compute_environment, **about)[1].endswith("Object already exists")
    (found,) = client.describe_compute_environments(computeEnvironments=["second"])["computeEnvironments"]
    assert (found["state"], found["status"], found["computeResources"]) == ("ENABLED", "VALID", RESOURCES)
    assert client.describe_compute_environments(computeEnvironments=["none"])["computeEnvironments"] == []
    no_group = about | {"computeResources": RESOURCES | {"securityGroupIds": []}}
    assert "securityGroupIds" in refusal(client.create_compute_environment, **no_group)[1]
    order = [{"order": 1, "computeEnvironment": found["computeEnvironmentArn"]}]
    client.create_job_queue(jobQueueName="other", priority=5, computeEnvironmentOrder=order)
    batch.define("queued", ["true"])
    client.update_job_queue(jobQueue="other", state="DISABLED")
    code, message = refusal(client.submit_job, jobName="j", jobQueue="other", jobDefinition="queued")
    assert (code, "DISABLED" in message) == ("ClientException", True)
    client.update_compute_environment(computeEnvironment="second", state="DISABLED")
    assert "found existing JobQueue" in refusal(client.delete_compute_environment, computeEnvironment="second")[1]
    client.update_job_queue(jobQueue="other", state="ENABLED")
    waiting = client.submit_job(jobName="j", jobQueue="other", jobDefinition="queued")["jobId"]
    batch.reached(waiting, "RUNNABLE")
    assert "must be disabled" in refusal(client.delete_job_queue, jobQueue="other")[1]
    client.update_compute_environment(computeEnvironment="second", state="ENABLED")
    assert batch.ended(waiting)["status"] == "SUCCEEDED"
    client.update_job_queue(jobQueue="other", state="DISABLED")
    client.delete_job_queue(jobQueue="other")
    client.delete_job_queue(jobQueue="other")  # it is gone already
    assert client.describe_job_queues(jobQueues=["other"])["jobQueues"] == []
    client.update_compute_environment(computeEnvironment="second", state="DISABLED")
    client.delete_compute_environment(computeEnvironment="second")


def test_a_queue_that_is_deleted_ends_its_jobs(batch: Batch) -> None:
    order = [{"order": 1, "computeEnvironment": "fargate"}]
    batch.client.create_job_queue(jobQueueName="brief", priority=1, computeEnvironmentOrder=order)
    batch.define("brief", ["sleep", "600"])
    identity = batch.client.submit_job(jobName="j", jobQueue="brief", jobDefinition="brief")["jobId"]
    batch.reached(identity, "RUNNING")
    batch.client.update_job_queue(jobQueue="brief", state="DISABLED")
    batch.client.delete_job_queue(jobQueue="brief")
    job = batch.ended(identity)
    assert (job["status"], job["statusReason"], alive(identity)) == ("FAILED", "Job queue deleted", [])


def test_a_definition_and_its_queue_must_be_of_one_platform(batch: Batch) -> None:
    container = {"image": IMAGE, "command": ["true"], "vcpus": 1, "memory": 128}
    batch.client.register_job_definition(jobDefinitionName="ec2", type="container", containerProperties=container)
    code, message = refusal(batch.client.submit_job, jobName="j", jobQueue="queue", jobDefinition="ec2")
    assert (code, "ec2:1 is not for FARGATE" in message) == ("ClientException", True)


@pytest.mark.parametrize(
    ("call", "given", "said"),
    [
        ("create_compute_environment", {"type": "UNMANAGED"}, "not MANAGED"),
        ("create_compute_environment", {"computeResources": RESOURCES | {"subnets": []}}, "subnets"),
        ("create_compute_environment", {"computeResources": RESOURCES | {"minvCpus": 0}}, "not applicable to Fargate"),
        ("create_compute_environment", {"computeResources": RESOURCES | {"maxvCpus": 0}}, "at least 1"),
        ("create_compute_environment", {"eksConfiguration": {"eksClusterArn": "a", "kubernetesNamespace": "n"}}, "eks"),
        ("create_job_queue", {"computeEnvironmentOrder": []}, "can not be empty"),
        ("create_job_queue", {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "no"}]}, "no does not"),
        ("create_job_queue", {"jobQueueName": "queue"}, "already exists"),
        ("create_job_queue", {"schedulingPolicyArn": "arn:x"}, "schedulingPolicyArn"),
        ("update_job_queue", {"jobQueue": "none"}, "none does not exist"),
    ],
)
def test_resources_that_cannot_be(batch: Batch, call: str, given: Any, said: str) -> None:
    usual: dict[str, Any] = {
        "create_compute_environment": {
            "computeEnvironmentName": "wrong",
            "type": "MANAGED",
            "computeResources": RESOURCES,
        },
        "create_job_queue": {
            "jobQueueName": "wrong",
            "priority": 1,
            "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "fargate"}],
        },
        "update_job_queue": {},
    }
    code, message = refusal(getattr(batch.client, call), **usual[call] | given)
    assert code in ("ClientException", "NotImplemented")
    assert said in message


def test_what_is_not_there_is_deleted_already(batch: Batch) -> None:
    batch.client.delete_compute_environment(computeEnvironment="none")
    assert "DISABLED" in refusal(batch.client.delete_compute_environment, computeEnvironment="fargate")[1]


def test_other_regions_have_their_own(batch: Batch) -> None:
    batch.define("here", ["true"])
    identity = batch.submit("here")
    there = batch.server.client("batch", region_name="eu-west-1")
    assert there.describe_job_definitions(jobDefinitionName="here")["jobDefinitions"] == []
    assert there.describe_jobs(jobs=[identity])["jobs"] == []
    assert refusal(there.list_jobs, jobQueue="queue")[0] == "ClientException"


SEED = """
JOB_DEF_NAME="seed-job-def"
JOB_QUEUE_NAME="queue"
TARGET_BUCKET_NAME="insightflow-prod-raw-data"
AWS_REGION="ap-southeast-2"

JOB_NAME="insightflow-ingestion-42"
JOB_OUTPUT=$(aws batch submit-job \\
  --region "$AWS_REGION" \\
  --job-name "$JOB_NAME" \\
  --job-queue "$JOB_QUEUE_NAME" \\
  --job-definition "$JOB_DEF_NAME" \\
  --container-overrides '{
      "environment": [
        {"name": "TARGET_BUCKET", "value": "'"$TARGET_BUCKET_NAME"'"}
      ]
    }')

JOB_ID=$(echo "$JOB_OUTPUT" | grep -o '"jobId": "[^"]*' | awk -F'"' '{print $4}')
echo "Submitted Job ID: $JOB_ID"
"""


def test_the_shell_lines_of_the_pipeline(batch: Batch) -> None:
    batch.define("seed-job-def", ["sh", "-c", "echo to $TARGET_BUCKET"])
    shell = subprocess.run(
        ["sh", "-c", SEED], env=batch.server.environment(), capture_output=True, text=True, check=True
    )
    assert shell.stdout.startswith("Submitted Job ID: ")
    job = batch.ended(shell.stdout.split()[-1])
    assert (job["status"], job["jobName"]) == ("SUCCEEDED", "insightflow-ingestion-42")
    assert batch.log_lines(job) == ["to insightflow-prod-raw-data"]
    wait = ["aws", "batch", "describe-jobs", "--region", "ap-southeast-2", "--jobs", job["jobId"]]
    query = [*wait, "--query", "jobs[0].status", "--output", "text"]
    told = subprocess.run(query, env=batch.server.environment(), capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "SUCCEEDED"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Batch]:
    with running(tmp_path) as server:
        batch = Batch(server)
        batch.set_up()
        yield batch


def test_after_kill_9_the_job_has_failed_and_nothing_runs_on(own: Batch) -> None:
    own.define("long", ["python", "-c", f"{CHILD}; {SLEEP}"])
    own.define("next", ["echo", "after"])
    first = own.submit("long")
    own.reached(first, "RUNNING")
    eventually(lambda: len(alive(first)) == 2)
    third = own.submit("long", retryStrategy={"attempts": 2})
    own.reached(third, "RUNNING")
    own.client.update_compute_environment(computeEnvironment="fargate", state="DISABLED")
    second = own.submit("next")
    own.reached(second, "RUNNABLE")
    own.server.kill()
    eventually(lambda: not alive(first) and not alive(third))
    own.server.start()
    job = own.ended(first)
    assert (job["status"], "terminated" in job["statusReason"]) == ("FAILED", True)
    assert own.log_lines(job) == ["begun"]
    assert own.job(second)["status"] == "RUNNABLE"
    own.client.update_compute_environment(computeEnvironment="fargate", state="ENABLED")
    assert own.ended(second)["status"] == "SUCCEEDED"
    again = own.reached(third, "RUNNING")
    assert len(again["attempts"]) == 1
    own.server.stop()
    assert alive(third) == []
    eventually(lambda: processes(own.server.mark) == [])
    own.server.start()
    assert own.ended(third)["status"] in ENDED
    assert own.job(third)["container"]["image"] == IMAGE
