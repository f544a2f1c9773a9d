"""Moves jobs from SUBMITTED to SUCCEEDED or FAILED.

States: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html. One thread decides what may start; each
attempt has a thread of its own. What ran when the service was killed counts as an attempt that failed.
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

from embedded.services.aws.batch import command
from embedded.services.aws.batch.attempt import Attempt, Outcome, of_job
from embedded.services.aws.batch.images import IMAGES, CannotPull, folder_of
from embedded.services.aws.batch.retries import again
from embedded.services.aws.batch.store import ENVIRONMENT, QUEUE, BatchStore, Body
from embedded.services.aws.errors import AwsError
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.sts.api import session_arn
from embedded.services.aws.sts.sessions import Keys, Session
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
        store: has jobs, queues and compute environments.
        logs: takes what the jobs say.
        iam: has their roles.
        keys: makes the keys that come with a role.
        endpoint: of this AWS, for the jobs.
        images: folders by the name of an image's repository.
    """

    def __init__(
        self,
        store: BatchStore,
        logs: LogStore,
        iam: IamStore,
        keys: Keys,
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
        """Look at the jobs again: something has changed."""
        self._news.set()

    def stop_job(self, identity: str, reason: str, running: bool) -> None:
        """End a job.

        Parameters:
            identity: of the job, which is there.
            reason: will be its status reason.
            running: whether to end it also when it runs already.
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
        """End all that runs; the jobs fail."""
        self._closing = True
        self.wake()
        self._thread.join()  # from now on, none is started
        running = list(self._attempts.values())
        for attempt, _ in running:
            attempt.stop(_LOST, final=False)
        for _, thread in running:
            thread.join()
        if self._watcher and self._watcher.stdin:
            self._watcher.stdin.write(b".")  # let go, not torn
            self._watcher.stdin.close()
            self._watcher.wait()

    def _recover(self) -> None:
        for _, job in self._store.jobs_in(ACTIVE):
            stop_tree(of_job(job["jobId"]), signal.SIGKILL, 0)
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
        waiting.sort(key=lambda one: -self._queue(*one).get("priority", 0))  # stable: the oldest first
        for region, job in waiting:
            environment = self._room(region, job)
            if environment and not self._closing:
                self._start(region, job["jobId"], environment)

    def _look_at_dependencies(self, job: Body) -> None:
        found = [self._store.job(one["jobId"]) for one in job.get("dependsOn", [])]
        states = {one["status"] for one in found if one}

        def change(job: Body) -> None:
            if job["status"] not in WAITING:  # cancelled meanwhile
                return
            if "FAILED" in states:
                job.update(status="FAILED", statusReason="Dependent Job failed", stoppedAt=_now())
            else:
                job["status"] = "PENDING" if states - {"SUCCEEDED"} else "RUNNABLE"

        if self._store.change_job(job["jobId"], change)["status"] == "FAILED":
            self.wake()  # for those that depend on it

    def _queue(self, region: str, job: Body) -> Body:
        return self._store.resource(QUEUE, region, job["jobQueue"]) or {}

    def _room(self, region: str, job: Body) -> str | None:
        """The first compute environment of the job's queue with free vCPUs for it."""
        order = sorted(self._queue(region, job).get("computeEnvironmentOrder", []), key=lambda one: one["order"])
        for entry in order:
            found = self._store.resource(ENVIRONMENT, region, entry["computeEnvironment"])
            if found and found["state"] == "ENABLED":
                name = found["computeEnvironmentName"]
                active = [one for where, one in self._store.jobs_in(ACTIVE) if where == region]
                taken = sum(cpus(one) for one in active if one["_environment"] == name)
                if taken + cpus(job) <= found["computeResources"]["maxvCpus"]:
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
        variables = command.environment(job, region, environment, self._endpoint, session) | {OWNER: self._mark}
        seconds = job.get("timeout", {}).get("attemptDurationSeconds")
        attempt = Attempt(command.command(job), folder, variables, seconds)
        thread = threading.Thread(target=self._run, args=(region, job, attempt, session), name=identity)
        self._attempts[identity] = (attempt, thread)
        current = self._store.job(identity) or job
        if current.get("isTerminated"):  # since it was STARTING, when there was no attempt to stop
            attempt.stop(current["statusReason"])
        self._watch()
        thread.start()

    def _session(self, job: Body) -> Session | None:
        """Keys of the job's role.

        Raises:
            AwsError: it may not be taken on.
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
        with contextlib.suppress(AwsError):  # it is there already
            self._logs.create_group(region, group)
        stream = self._logs.create_stream(region, group, name)
        self._store.change_job(job["jobId"], lambda one: one["container"].update(logStreamName=name))
        return stream

    def _running(self, identity: str) -> None:
        def change(job: Body) -> None:
            job.update(status="RUNNING", startedAt=_now())

        self._store.change_job(identity, change)

    def _ended(self, identity: str, outcome: Outcome) -> None:
        """Note how an attempt ended."""

        def change(job: Body) -> None:
            container = {name: value for name, value in _told(job, outcome).items() if value is not None}
            times = {"startedAt": job.get("startedAt"), "stoppedAt": _now()}
            told = {name: value for name, value in times.items() if value is not None}
            job["attempts"].append({"container": container, "statusReason": outcome.status_reason, **told})
            for name in ("exitCode", "reason"):
                job["container"].pop(name, None)
            job["container"].update(container)
            job["statusReason"] = outcome.status_reason
            if outcome.exit_code == 0 and not outcome.final:
                job.update(status="SUCCEEDED", stoppedAt=_now())
            elif not job.get("isTerminated") and again(job["retryStrategy"], len(job["attempts"]), outcome):
                job["status"] = "RUNNABLE"
            else:
                job.update(status="FAILED", stoppedAt=_now())

        self._store.change_job(identity, change)
        self.wake()

    def _watch(self) -> None:
        """Have a process that ends all jobs when we are killed."""
        if self._watcher is None:
            argv = watcher(os.getpid(), signal.SIGKILL, 0)
            environment = {**os.environ, OWNER: self._mark}
            self._watcher = subprocess.Popen(argv, cwd=ROOT, env=environment, stdin=subprocess.PIPE)


def cpus(job: Body) -> float:
    """The vCPUs that a job asks for."""
    needs = {one["type"]: one["value"] for one in job["container"].get("resourceRequirements", [])}
    return float(needs.get("VCPU", job["container"].get("vcpus", 1)))


def _told(job: Body, outcome: Outcome) -> Body:
    stream = job["container"].get("logStreamName")
    return {"exitCode": outcome.exit_code, "reason": outcome.reason, "logStreamName": stream}


def _now() -> int:
    return int(time.time() * 1000)
