"""One service under supervision: its states, its process, and its orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from io import FileIO
from pathlib import Path
from typing import Any

import psutil

from embedded.service import Context, ProcessSpec, Service, ServiceError
from embedded.shared.parent_watch import ParentWatch
from embedded.shared.processes import OWNER, Identity, owner_mark, stop_tree
from embedded.shared.settings import foreign
from embedded.shared.state_folder import full_disk
from embedded.supervision.health_watch import Patience, Restarts

log = logging.getLogger(__name__)
_POLL_SECONDS = 0.05
_SLOW_SECONDS = 2.0
_LOG_LIMIT_BYTES = 20_000_000
_TAIL_BYTES = 4_000
_TAIL_LINES = 5
_HEADER = "--- started"


class State(StrEnum):
    """Where a service is in its life."""

    OFF = "off"
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    UNHEALTHY = "unhealthy"
    STOPPING = "stopping"
    FAILED = "failed"


SERVING = {State.READY, State.UNHEALTHY}
LIVE = {State.WAITING, State.STARTING, State.STOPPING, *SERVING}


class ManagedService:
    """Starts one service, watches it and stops it. Belongs to the supervisor's event loop."""

    def __init__(self, service: Service, changed: Callable[[ManagedService], None]) -> None:
        """
        Parameters:
            service: what to run.
            changed: called after each change of state.
        """
        self.service = service
        self.state = State.OFF
        self.context: Context | None = None
        self.process_spec: ProcessSpec | None = None
        self.identity: Identity | None = None
        self.since = time.time()
        self.ready_seconds: float | None = None
        self.exit_code: int | None = None
        self.error = ""
        self.restarted = ""
        """When and why it was last started again by itself; empty if it was not since it was asked for."""
        self.detail = ""
        """The last line that a slowly starting service said."""
        self.settled = asyncio.Event()
        """Set when the service is ready, has failed or is off."""
        self._changed = changed
        self._details = 0
        self._process: asyncio.subprocess.Process | None = None
        self._watch: ParentWatch | None = None
        self._life: asyncio.Task[None] | None = None
        self._stop_asked = False
        self._restarts = Restarts(service.restart_delays)

    @property
    def live(self) -> bool:
        """Whether it runs or is about to."""
        return self.state in LIVE

    def start(self, context: Context) -> None:
        """Begin a life. The service must not be live."""
        self.context = context
        self.exit_code, self.error, self.ready_seconds, self.identity = None, "", None, None
        self.process_spec, self._stop_asked = None, False
        self.restarted, self._restarts = "", Restarts(self.service.restart_delays)
        self.detail, self._details = "", 0
        self.settled.clear()
        self._enter(State.WAITING)
        self._life = asyncio.create_task(self._live(context), name=self.service.name)

    def refuse(self, error: str) -> None:
        """Fail without a life: nothing could be started."""
        self.error = error
        self._enter(State.FAILED)

    def recall(self, before: dict[str, Any]) -> None:
        """Take over how an earlier supervisor left the service (a snapshot; its processes have been ended)."""
        state = before.get("state", State.OFF)
        if state in LIVE:
            self.state, self.error = State.FAILED, "its supervisor was killed"
        elif state == State.FAILED:
            self.state, self.error, self.exit_code = State.FAILED, before["error"], before["exit_code"]

    async def stop(self) -> None:
        """End the life, gracefully at first. Returns when nothing of the service runs."""
        life = self._life
        if life is None or life.done():
            if self.state is State.FAILED:
                self.error = ""
                self._enter(State.OFF)
            return
        if not self._stop_asked:  # a second cancel would interrupt the orderly end
            self._stop_asked = True
            self._enter(State.STOPPING)
            life.cancel()
        await asyncio.wait([life])

    async def stopped(self) -> None:
        """Wait for the end of a stop that has begun."""
        if self._stop_asked and self._life:
            await asyncio.wait([self._life])

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data, without secrets."""
        ports = self.service.wanted_ports(self.context.settings) if self.context else {}
        return {
            "name": self.service.name,
            "state": self.state.value,
            "pid": self.identity.pid if self.identity else None,
            "started": self.identity.started if self.identity else None,
            "ports": {name: self.context.ports[name] for name in ports} if self.context else {},
            "since": self.since,
            "ready_seconds": self.ready_seconds,
            "exit_code": self.exit_code,
            "error": self.error,
            "notice": self.service.notice(self.context) if self.context else "",
            "restarted": self.restarted,
            "detail": self.detail if self.state is State.STARTING else "",
            "last_lines": last_lines(self.context.log) if self.context and self.state is State.FAILED else [],
        }

    async def _live(self, context: Context) -> None:
        final = State.FAILED
        try:
            await self._start_process(context)
            while True:
                await self._start_again(context, await self._failure(context))
        except asyncio.CancelledError:
            final = State.OFF
        except ServiceError as error:
            self.error = self._with_full_disk(context, str(error))
        except Exception as error:
            log.exception("%s could not be started", self.service.name)
            self.error = self._with_full_disk(context, f"{type(error).__name__}: {error}")
        await self._end(context)
        self._enter(final)

    async def _start_process(self, context: Context) -> None:
        """Start the process and wait until it is healthy.

        Raises:
            ServiceError: it does not start.
        """
        begun = time.monotonic()
        await _in_thread(self.service.prepare, context)
        await self._spawn(context)
        self._enter(State.STARTING)
        await self._until_healthy(context)
        self.ready_seconds, self.error = round(time.monotonic() - begun, 2), ""
        self._enter(State.READY)

    async def _start_again(self, context: Context, failure: str) -> None:
        """Start a service again that has failed; also when that fails, until there were too many restarts.

        Raises:
            ServiceError: it failed too often; the message says why.
        """
        while failure:
            self.error = self._with_full_disk(context, failure)
            delay = self._restarts.next_delay(time.monotonic())
            if delay is None:
                raise ServiceError(f"{failure}; {self._restarts.limit}")
            self.restarted = f"{datetime.now():%H:%M:%S}: {self.error}"
            log.warning("%s: %s; starting it again in %s s", self.service.name, self.error, delay)
            self.settled.clear()
            self._enter(State.WAITING)
            await self._end(context)
            await asyncio.sleep(delay)
            try:
                await self._start_process(context)
                failure = ""
            except ServiceError as error:
                failure = str(error)

    async def _failure(self, context: Context) -> str:
        """Watch a ready service until it has failed, and say how: it ended, or its health checks failed for long."""
        ended = asyncio.ensure_future(self._running().wait())
        patience = Patience(self.service.patience)
        try:
            while not ended.done():
                await asyncio.wait([ended], timeout=patience.interval(self.service.check_interval))
                if not ended.done():
                    patience.note(await self._alive(context), time.monotonic())
                    self._show_health(patience)
                    if patience.exhausted:
                        return f"its health check failed for {patience.seconds:.0f} s"
            self.exit_code = ended.result()
            return _described(self.exit_code, context.log)
        finally:
            ended.cancel()

    async def _alive(self, context: Context) -> bool:
        try:
            return await asyncio.to_thread(self.service.alive, context)
        except Exception:
            log.exception("the health check of %s failed", self.service.name)
            return False

    def _show_health(self, patience: Patience) -> None:
        if patience.alarming and self.state is State.READY:
            self.error = f"its health check has failed {patience.failed} times in a row"
            self.settled.clear()
            self._enter(State.UNHEALTHY)
        elif not patience.failed and self.state is State.UNHEALTHY:
            self.error = ""
            self._enter(State.READY)

    def _with_full_disk(self, context: Context, reason: str) -> str:
        """The reason of a failure; that the disk is full, if it is, says more than what came of it."""
        full = full_disk(context.home.parent)
        return f"{full}: {reason}" if full and full not in reason else reason

    async def _spawn(self, context: Context) -> None:
        self.exit_code = None
        spec = self.process_spec = self.service.command(context)
        account = spec.account
        watch = self._watch = ParentWatch(spec.ends_with_parent, self.service.stop_signal, self.service.grace)
        owner = {OWNER: owner_mark(context.home.parent, self.service.name)}
        env = {**foreign(os.environ), **spec.env, **owner, **watch.variables}
        try:
            with _open_log(context.log) as output:
                self._process = await asyncio.create_subprocess_exec(
                    *spec.argv,
                    env=env,
                    cwd=spec.cwd,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                    **watch.popen_arguments,
                )
            with contextlib.suppress(psutil.Error):  # it may have ended already
                self.identity = Identity.of(self._process.pid)
            watch.attach(self._process.pid, env)
        except OSError as error:
            raise ServiceError(f"{spec.argv[0]} cannot be run: {error}") from error
        finally:
            watch.close_child_end()

    async def _until_healthy(self, context: Context) -> None:
        process = self._running()
        begun = time.monotonic()
        deadline = time.monotonic() + self.service.start_timeout
        while not await asyncio.to_thread(self.service.healthy, context):
            self.exit_code = process.returncode
            if self.exit_code is not None:
                raise ServiceError(f"it {ending(self.exit_code)} before it was ready")
            self._tell_detail(context, time.monotonic() - begun)
            if time.monotonic() > deadline:
                raise ServiceError(f"it was not healthy within {self.service.start_timeout:.0f} s")
            await asyncio.sleep(_POLL_SECONDS)

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError(f"{self.service.name} has no process")
        return self._process

    def _tell_detail(self, context: Context, seconds: float) -> None:
        """Of a slow start, pass on what the service says that it is doing."""
        if seconds > _SLOW_SECONDS * (self._details + 1):
            self._details += 1
            line = next(iter(last_lines(context.log, 1)), "").strip()
            if not line.startswith(_HEADER):
                self.detail = line
                self._changed(self)

    async def _end(self, context: Context) -> None:
        """Stop the process and what it left. Never raises: the supervisor must be able to go on."""
        session = self._process.pid if self._process else None
        with contextlib.suppress(Exception):
            await self._terminate()
        try:
            await asyncio.to_thread(self.service.clean_up, context, session)
            if session:
                self.service.remove_traces(session)
        except Exception:
            log.exception("%s could not be cleaned up", self.service.name)
        if self._watch:
            self._watch.release()
        self._process = self._watch = None

    async def _terminate(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(self.service.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), self.service.grace)
        except TimeoutError:
            log.warning("%s did not stop within %s s: killing it", self.service.name, self.service.grace)
            if running := self.identity and self.identity.process():
                await asyncio.to_thread(stop_tree, [running], signal.SIGKILL, 0)
            await process.wait()

    def _enter(self, state: State) -> None:
        self.state = state
        self.since = time.time()
        if state in (State.READY, State.FAILED, State.OFF):
            self.settled.set()
        log.info("%s: %s %s", self.service.name, state, self.error)
        self._changed(self)


async def _in_thread(work: Callable[[Context], None], context: Context) -> None:
    """Run blocking work in a thread; when cancelled, wait for its end, so that nothing runs on unseen."""
    job = asyncio.ensure_future(asyncio.to_thread(work, context))
    try:
        await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.wait([job])
        raise


def _open_log(path: Path) -> FileIO:
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    file = FileIO(descriptor, "a")
    file.write(f"{_HEADER} {datetime.now():%Y-%m-%d %H:%M:%S}\n".encode())
    return file


def last_lines(path: Path, count: int = _TAIL_LINES) -> list[str]:
    """The last lines of a log of any size; empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            # A progress bar rewrites its line: `splitlines` takes each as a line of its own.
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []


def _described(code: int, log_file: Path) -> str:
    """Say how a process ended that was ready; one that leaves with an error says why in its log's last line."""
    text = f"it {ending(code)} at {datetime.now():%H:%M:%S}"
    reason = next(iter(last_lines(log_file, 1)), "").strip() if code > 0 else ""
    return f"{text}: {reason}" if reason and not reason.startswith(_HEADER) else text


def ending(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
