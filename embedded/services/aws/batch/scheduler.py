"""Runs jobs, from SUBMITTED to SUCCEEDED or FAILED.

States: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html. One thread decides which jobs start; each
attempt has a thread of its own. An attempt that was interrupted by the end of the service has failed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from embedded.services.aws.batch.attempt import Attempt, Outcome, processes_of_job
from embedded.services.aws.batch.command import build_command, build_environment
from embedded.services.aws.batch.images import IMAGES, CannotPull, folder_of
from embedded.services.aws.batch.retries import should_retry
from embedded.services.aws.batch.store import ENVIRONMENT, QUEUE, BatchStore, Body
from embedded.services.aws.errors import AwsError
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.sts.store import KeyStore, Session, session_arn
from embedded.shared.parent_watch import watcher
from embedded.shared.paths import ROOT
from embedded.shared.processes import OWNER, stop_tree

log = logging.getLogger(__name__)

WAITING = ("SUBMITTED", "PENDING", "RUNNABLE")
ACTIVE = ("STARTING", "RUNNING")
ENDED = ("SUCCEEDED", "FAILED")
LOG_GROUP = "/aws/batch/job"
_ASKED_SECONDS = 5.0
_SESSION_SECONDS = 14 * 24 * 3600  # as long as a job on Fargate may last
_TASKS = "ecs-tasks.amazonaws.com"
_LOST = "Host EC2 (the machine of the embedded AWS) terminated."


class Scheduler:
    """Runs the jobs of a store.

    Parameters:
        store: store of jobs, queues and compute environments.
        logs: store for the output of jobs.
        iam: store of the roles.
        keys: opens sessions of roles.
        endpoint: URL of the emulator, for the jobs.
        images: folders by name of an image's repository.
    """

    def __init__(
        self,
        store: BatchStore,
        logs: LogStore,
        iam: IamStore,
        keys: KeyStore,
        endpoint: str,
        images: Mapping[str, Path] = IMAGES,
    ) -> None:
        self._store = store
        self._logs = logs
        self._iam = iam
        self._keys = keys
        self._endpoint = endpoint
        self._images = images
        self._news = threading.Event()
        self._closing = False
        self._attempts: dict[str, tuple[Attempt, threading.Thread]] = {}
        # Not the mark of the whole service: a new one may bear that before the watcher of the old one looks.
        self._mark = f"{os.environ.get(OWNER, 'aws')}:batch-{os.getpid()}"
        self._watcher: subprocess.Popen[bytes] | None = None
        self._recover()
        self._thread = threading.Thread(target=self._decide, name="batch", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Schedule again after a change."""
        self._news.set()

    def stop_job(self, identity: str, reason: str, running: bool) -> None:
        """End a job.

        Parameters:
            identity: id of an existing job.
            reason: status reason of the job.
            running: whether to end a running job, too.
        """

        def change(job: Body) -> None:
            if job["status"] in WAITING:
                job.update(status="FAILED", statusReason=reason, stoppedAt=_now(), isCancelled=not running)
                job["isTerminated"] = running
            elif job["status"] in ACTIVE and running:
                job.update(isTerminated=True, statusReason=reason)

        job = self._store.change_job(identity, change)
        attempt = self._attempts.get(identity)
        if attempt and running and job["status"] in ACTIVE:
            attempt[0].stop(reason)
        self.wake()

    def close(self) -> None:
        """End all attempts; their jobs fail."""
        self._closing = True
        self.wake()
        self._thread.join()  # from now on, no attempt starts
        running = list(self._attempts.values())
        for attempt, _ in running:
            attempt.stop(_LOST, final=False)
        for _, thread in running:
            thread.join()
        if self._watcher and self._watcher.stdin:
            self._watcher.stdin.write(b".")  # closed on purpose: the watcher must not kill
            self._watcher.stdin.close()
            self._watcher.wait()

    def _recover(self) -> None:
        for _, job in self._store.jobs_in(ACTIVE):
            stop_tree(processes_of_job(job["jobId"]), signal.SIGKILL, 0)
            self._ended(job["jobId"], Outcome(None, _LOST))

    def _decide(self) -> None:
        while not self._closing:
            self._news.wait(_ASKED_SECONDS)
            self._news.clear()
            try:
                self._move()
            except Exception:
                log.exception("the jobs could not be looked at")

    def _move(self) -> None:
        """Take every job as far as it may go."""
        for _, job in self._store.jobs_in(("SUBMITTED", "PENDING")):
            self._look_at_dependencies(job)
        waiting = self._store.jobs_in(("RUNNABLE",))
        waiting.sort(key=lambda pair: -self._queue(*pair).get("priority", 0))  # stable: the oldest first
        for region, job in waiting:
            environment = self._room(region, job)
            if environment and not self._closing:
                self._start(region, job["jobId"], environment)

    def _look_at_dependencies(self, job: Body) -> None:
        required = [self._store.job(dependency["jobId"]) for dependency in job.get("dependsOn", [])]
        states = {other["status"] for other in required if other}

        def change(job: Body) -> None:
            if job["status"] not in WAITING:  # cancelled meanwhile
                return
            if "FAILED" in states:
                job.update(status="FAILED", statusReason="Dependent Job failed", stoppedAt=_now())
            else:
                job["status"] = "PENDING" if states - {"SUCCEEDED"} else "RUNNABLE"

        if self._store.change_job(job["jobId"], change)["status"] == "FAILED":
            self.wake()  # for the jobs that depend on it

    def _queue(self, region: str, job: Body) -> Body:
        return self._store.resource(QUEUE, region, job["jobQueue"]) or {}

    def _room(self, region: str, job: Body) -> str | None:
        """The first compute environment of the job's queue with free vCPUs for it."""
        order = sorted(self._queue(region, job).get("computeEnvironmentOrder", []), key=lambda entry: entry["order"])
        for entry in order:
            environment = self._store.resource(ENVIRONMENT, region, entry["computeEnvironment"])
            if environment and environment["state"] == "ENABLED":
                name = environment["computeEnvironmentName"]
                active = [other for other_region, other in self._store.jobs_in(ACTIVE) if other_region == region]
                taken = sum(cpus(other) for other in active if other["_environment"] == name)
                if taken + cpus(job) <= environment["computeResources"]["maxvCpus"]:
                    return name
        return None

    def _start(self, region: str, identity: str, environment: str) -> None:
        def change(job: Body) -> None:
            if job["status"] == "RUNNABLE":  # not cancelled meanwhile
                job.update(status="STARTING", _environment=environment)

        job = self._store.change_job(identity, change)
        if job["status"] != "STARTING":
            return
        try:
            folder = folder_of(job["container"]["image"], self._images)
            session = self._session(job)
        except CannotPull as error:
            self._ended(identity, Outcome(None, str(error), str(error)))
            return
        except AwsError as error:
            self._ended(identity, Outcome(None, "Task failed to start", error.message))
            return
        variables = build_environment(job, region, environment, self._endpoint, session) | {OWNER: self._mark}
        seconds = job.get("timeout", {}).get("attemptDurationSeconds")
        attempt = Attempt(build_command(job), folder, variables, seconds)
        thread = threading.Thread(target=self._run, args=(region, job, attempt, session), name=identity)
        self._attempts[identity] = (attempt, thread)
        current = self._store.job(identity) or job
        if current.get("isTerminated"):  # since it was STARTING, when there was no attempt to stop
            attempt.stop(current["statusReason"])
        self._watch()
        thread.start()

    def _session(self, job: Body) -> Session | None:
        """Open a session of the job's role.

        Raises:
            AwsError: the role does not trust ECS.
        """
        arn = job["container"].get("jobRoleArn")
        if not arn:
            return None
        if not self._iam.trusted(arn, _TASKS):
            raise AwsError("ClientException", f"ECS was unable to assume the role '{arn}': it must trust {_TASKS}.")
        return self._keys.open(session_arn(arn.rpartition("/")[2], job["jobId"]), _SESSION_SECONDS)

    def _run(self, region: str, job: Body, attempt: Attempt, session: Session | None) -> None:
        identity, task = job["jobId"], uuid.uuid4().hex
        try:
            stream = self._open_log(region, job, task)

            def write(lines: Sequence[tuple[int, str]]) -> None:
                self._logs.write(stream, lines)

            outcome = attempt.run(lambda: self._running(identity), write)
        except Exception as error:
            log.exception("job %s could not be run", identity)
            outcome = Outcome(None, "Task failed to start", f"{type(error).__name__}: {error}")
        finally:
            if session:
                self._keys.close(session.access_key)
        self._attempts.pop(identity, None)
        self._ended(identity, outcome)

    def _open_log(self, region: str, job: Body, task: str) -> int:
        options = job["container"].get("logConfiguration", {}).get("options", {})
        group = options.get("awslogs-group", LOG_GROUP)
        definition = job["jobDefinition"].rpartition("/")[2].partition(":")[0]
        name = f"{options.get('awslogs-stream-prefix', definition)}/default/{task}"
        with contextlib.suppress(AwsError):  # the group exists already
            self._logs.create_group(region, group)
        stream = self._logs.create_stream(region, group, name)
        self._store.change_job(job["jobId"], lambda job: job["container"].update(logStreamName=name))
        return stream

    def _running(self, identity: str) -> None:
        def change(job: Body) -> None:
            job.update(status="RUNNING", startedAt=_now())

        self._store.change_job(identity, change)

    def _ended(self, identity: str, outcome: Outcome) -> None:
        """Record the outcome of an attempt."""

        def change(job: Body) -> None:
            container = {name: value for name, value in _outcome_members(job, outcome).items() if value is not None}
            times = {"startedAt": job.get("startedAt"), "stoppedAt": _now()}
            known = {name: value for name, value in times.items() if value is not None}
            job["attempts"].append({"container": container, "statusReason": outcome.status_reason, **known})
            for name in ("exitCode", "reason"):
                job["container"].pop(name, None)
            job["container"].update(container)
            job["statusReason"] = outcome.status_reason
            if outcome.exit_code == 0 and not outcome.final:
                job.update(status="SUCCEEDED", stoppedAt=_now())
            elif not job.get("isTerminated") and should_retry(job["retryStrategy"], len(job["attempts"]), outcome):
                job["status"] = "RUNNABLE"
            else:
                job.update(status="FAILED", stoppedAt=_now())

        self._store.change_job(identity, change)
        self.wake()

    def _watch(self) -> None:
        """Start the process that ends all jobs if this process is killed."""
        if self._watcher is None:
            argv = watcher(os.getpid(), signal.SIGKILL, 0)
            environment = {**os.environ, OWNER: self._mark}
            self._watcher = subprocess.Popen(argv, cwd=ROOT, env=environment, stdin=subprocess.PIPE)


def cpus(job: Body) -> float:
    """The number of vCPUs that a job requires."""
    needs = {item["type"]: item["value"] for item in job["container"].get("resourceRequirements", [])}
    return float(needs.get("VCPU", job["container"].get("vcpus", 1)))


def _outcome_members(job: Body, outcome: Outcome) -> Body:
    stream = job["container"].get("logStreamName")
    return {"exitCode": outcome.exit_code, "reason": outcome.reason, "logStreamName": stream}


def _now() -> int:
    return int(time.time() * 1000)
