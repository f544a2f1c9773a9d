"""The one process that starts, watches and stops the services of a state folder."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from embedded.service import Context, Service, ServiceError
from embedded.shared.parent_watch import adopt_orphans, collect_orphans, leave_no_orphans
from embedded.shared.processes import Identity, memory
from embedded.shared.settings import Settings
from embedded.shared.state_folder import StateFolder, explained
from embedded.supervision import control
from embedded.supervision.contexts import ContextFactory
from embedded.supervision.leftovers import STATE_FILE, end_leftovers, last_states
from embedded.supervision.managed_service import SERVING, ManagedService, State
from embedded.supervision.messages import Down, Env, Message, Status, Stop, Up
from embedded.supervision.session import ControlSession

_IDLE_SECONDS = 5.0
_FAREWELL_SECONDS = 2.0
_ORPHANS_GRACE_SECONDS = 2.0
_COLLECT_SECONDS = 10.0
_REQUEST_LIMIT_BYTES = 4_000_000  # an environment can be large

log = logging.getLogger(__name__)


class Supervisor:
    """Holds the services and answers the callers."""

    def __init__(self, folder: StateFolder, services: Sequence[Service], settings: Settings) -> None:
        """
        Parameters:
            folder: the state folder, whose lock we hold.
            services: all that can be started.
            settings: those of our own environment; each start brings its own.
        """
        self._folder = folder
        self._settings = settings
        self._services = {service.name: ManagedService(service, self._changed) for service in services}
        self._contexts = ContextFactory(folder, {service.name: service for service in services}, settings)
        self._sessions: set[ControlSession] = set()
        self._answering: set[asyncio.Task[Any]] = set()
        self._users_of: dict[str, set[ControlSession]] = {name: set() for name in self._services}
        self._kept_until_down: set[str] = set()
        self._leave = asyncio.Event()
        self._closing = False

    async def run(self) -> None:
        """Answer callers until all services are off and nobody asks any more."""
        adopt_orphans()
        await self._recover()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_end)
        os.chdir(self._folder.path)  # for the relative path of the socket
        Path(control.SOCKET).unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._answer, control.SOCKET, limit=_REQUEST_LIMIT_BYTES)
        Path(control.SOCKET).chmod(0o600)
        self._leave_when_idle(_IDLE_SECONDS)
        collecting = asyncio.create_task(self._collect_orphans())
        await self._leave.wait()
        server.close()
        Path(control.SOCKET).unlink(missing_ok=True)
        await self._stop({name for name, managed in self._services.items() if managed.live})
        collecting.cancel()
        await asyncio.to_thread(leave_no_orphans, _ORPHANS_GRACE_SECONDS)
        if self._answering:
            await asyncio.wait(self._answering, timeout=_FAREWELL_SECONDS)
        log.info("left")

    async def _collect_orphans(self) -> None:
        """Now and then, collect what tasks left and has ended: we are its parent."""
        before: set[int] = set()
        while True:
            await asyncio.sleep(_COLLECT_SECONDS)
            known = [managed.identity.pid for managed in self._services.values() if managed.identity]
            before = await asyncio.to_thread(collect_orphans, known, before)

    async def _recover(self) -> None:
        """Recall how the services were left; end what a killed supervisor left running."""
        before = {state["name"]: state for state in last_states(self._folder)}
        for name, managed in self._services.items():
            managed.recall(before.get(name, {}))
        services = [managed.service for managed in self._services.values()]
        await asyncio.to_thread(end_leftovers, self._folder, services, self._settings)

    def _asked_to_end(self) -> None:
        log.info("asked to end")
        self._leave.set()

    def _leave_when_idle(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._leave_if_idle)

    def _leave_if_idle(self) -> None:
        if not self._needed():
            self._leave.set()

    def _needed(self, *leaving: ControlSession) -> bool:
        return bool(self._sessions - set(leaving)) or any(managed.live for managed in self._services.values())

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = ControlSession(reader, writer)
        task = _current_task()
        if self._leave.is_set():  # no answer: the caller starts another supervisor
            await session.close()
            return
        self._sessions.add(session)
        self._answering.add(task)
        try:
            session.tell(**asdict(Identity.of(os.getpid())))
            await self._act(session, await session.read())
        except OSError as error:
            log.exception("a request failed")
            session.tell(done=False, error=explained(error, self._folder.path))
        except Exception as error:
            log.exception("a request failed")
            session.tell(done=False, error=f"{type(error).__name__}: {error}")
        finally:
            self._sessions.discard(session)
            await session.close()
            self._answering.discard(task)
            self._leave_when_idle(0)

    async def _act(self, session: ControlSession, message: Message) -> None:
        match message:
            case Up():
                await self._do_up(session, message)
            case Down():
                await self._do_down(session)
            case Stop():
                await self._do_stop(session, message)
            case Status():
                session.tell(done=True, **await asyncio.to_thread(self._status))
            case Env():
                session.tell(done=True, env=self._environment(), restarted=self._restarted())

    async def _do_up(self, session: ControlSession, up: Up) -> None:
        """Start services; until all are settled, or as long as a lease lasts, they hang on the caller."""
        settings = Settings.load(up.environ) if up.environ else self._settings
        names = await self._register(session, up)
        if await self._refuse_if_closing(session):
            return
        started = self._start(session, settings)
        hung_up = asyncio.create_task(session.hung_up())
        if await self._until_ready(names, hung_up):
            ready = all(self._services[name].state is State.READY for name in names)
            session.tell(done=ready, env=self._environment(), started=started)
            if up.lease:
                await self._hold_lease(session, up.lease, hung_up)
            elif not hung_up.done():
                self._keep(names, up.within)
        hung_up.cancel()
        await self._release(session)

    async def _register(self, session: ControlSession, up: Up) -> set[str]:
        """Note a caller as the user of services, whose stop, if one has begun, ends first; name them."""
        names = session.names = set(up.only or self._services)
        for name in names:
            self._users_of[name].add(session)
        for name in names:
            await self._services[name].stopped()
        return names

    async def _refuse_if_closing(self, session: ControlSession) -> bool:
        """Send a caller to the next supervisor if this one is about to leave."""
        if not (self._closing or self._leave.is_set()):
            return False
        await self._leave.wait()
        session.tell(done=False, again=True)
        return True

    async def _until_ready(self, names: set[str], hung_up: asyncio.Task[None]) -> bool:
        """Wait until services are ready or have failed; False if the caller hung up before."""
        settled = asyncio.create_task(self._settled(names))
        await asyncio.wait([hung_up, settled], return_when=asyncio.FIRST_COMPLETED)
        if settled.done():
            return True
        settled.cancel()
        return False

    async def _hold_lease(self, session: ControlSession, lease: str, hung_up: asyncio.Task[None]) -> None:
        """Let services last until the caller hangs up, or everything stops."""
        session.lease = lease
        leave = asyncio.create_task(self._leave.wait())
        await asyncio.wait([hung_up, leave], return_when=asyncio.FIRST_COMPLETED)
        leave.cancel()

    def _keep(self, names: set[str], within: str | None) -> None:
        """Let services outlive the call that asked for them; a call within a `run` only until that ends."""
        lease = next((other for other in self._sessions if within and other.lease == within), None)
        if lease is None:
            self._kept_until_down |= names
            return
        lease.names |= names
        for name in names:
            self._users_of[name].add(lease)

    async def _settled(self, names: set[str]) -> None:
        for name in names:
            await self._services[name].settled.wait()

    async def _release(self, session: ControlSession) -> None:
        """Let go of what a caller held; stop what nobody else holds and no finished `up` keeps."""
        for name in session.names:
            self._users_of[name].discard(session)
        await self._stop(session.names, unless=self._wanted)
        session.tell(leaving=not self._needed(session))

    def _wanted(self, name: str) -> bool:
        return bool(self._users_of[name]) or name in self._kept_until_down

    async def _do_down(self, session: ControlSession) -> None:
        self._closing = True
        session.names = set(self._services)
        for managed in self._services.values():
            if managed.live:
                session.tell(**managed.snapshot())
        await self._stop(session.names)
        session.tell(done=True)
        self._leave.set()

    async def _do_stop(self, session: ControlSession, stop: Stop) -> None:
        """Stop some services, whoever wanted them; the rest go on."""
        live = {name for name in stop.names if self._services[name].live}
        session.names = set(stop.names)
        for name in sorted(live):
            session.tell(**self._services[name].snapshot())
        await self._stop(session.names)
        session.tell(done=True, stopped=sorted(live))

    def _start(self, session: ControlSession, settings: Settings) -> list[str]:
        """Start what is not live of a session's services; name them."""
        live = {name for name, managed in self._services.items() if managed.live}
        fresh = sorted(session.names - live)
        for name in fresh:
            managed = self._services[name]
            if managed.state is State.FAILED:
                session.tell(note=f"{name} had failed: {managed.error}; starting it again")
            try:
                self._contexts.choose_ports(name, settings, self._running())
                managed.start(self._contexts.make(name, settings, self._running()))
            except ServiceError as error:
                managed.refuse(str(error))
            for note in self._contexts.notes(name, settings):
                session.tell(note=note)
        for name in sorted(live):
            if old := self._outdated(self._services[name], settings):
                session.tell(note=f"{name} runs with other settings ({', '.join(old)}): `down`, then `up` applies them")
        for note in self._restarted():
            session.tell(note=note)
        for name in sorted(session.names & live):
            session.tell(**self._services[name].snapshot(), joined=True)
        return fresh

    def _outdated(self, managed: ManagedService, settings: Settings) -> list[str]:
        """Name the variables of a running service that would be different if it started now."""
        if not managed.process_spec or not managed.context:
            return []
        now = managed.service.command(self._contexts.make(managed.service.name, settings, self._running())).env
        names = managed.process_spec.env.keys() | now.keys()
        return sorted(name for name in names if managed.process_spec.env.get(name) != now.get(name))

    async def _stop(self, names: set[str], unless: Callable[[str], bool] = lambda name: False) -> None:
        """Stop services, those first that use others; `unless` is asked late, as others may start meanwhile."""
        users = {name for name in names if self._services[name].service.requires}
        for wave in (users, names - users):
            doomed = {name for name in wave if not unless(name)}
            self._kept_until_down -= doomed
            await asyncio.gather(*(self._services[name].stop() for name in doomed))

    def _running(self) -> dict[str, Context]:
        return {name: managed.context for name, managed in self._services.items() if managed.live and managed.context}

    def _restarted(self) -> list[str]:
        """Say which running services were started again by themselves, and why."""
        return [
            f"{name} was started again at {managed.restarted}"
            for name, managed in self._services.items()
            if managed.live and managed.restarted
        ]

    def _environment(self) -> dict[str, str]:
        lines: dict[str, str] = {}
        for managed in self._services.values():
            if managed.state in SERVING and managed.context:
                lines |= managed.service.environment(managed.context)
        if lines:
            lines |= {"WORKBOOK_STACK": "embedded", "EMBEDDED_HOME": str(self._folder.path)}
        return lines

    def _status(self) -> dict[str, Any]:
        status = self._plain_status()
        for service in status["services"]:
            service["memory"] = memory(service["pid"]) if service["pid"] and service["state"] != State.FAILED else 0
        return status

    def _plain_status(self) -> dict[str, Any]:
        services = [managed.snapshot() for managed in self._services.values()]
        return {"supervisor": asdict(Identity.of(os.getpid())), "services": services}

    def _changed(self, managed: ManagedService) -> None:
        try:
            self._folder.write(STATE_FILE, self._plain_status())
        except OSError as error:  # a full disk is no reason to stop a service
            log.error("the state could not be written: %s", explained(error, self._folder.path))
            if not any(other.live for other in self._services.values()):
                self._folder.forget(STATE_FILE)  # it says that services run: nobody would be there to put it right
        for session in self._sessions:
            if managed.service.name in session.names:
                session.tell(**managed.snapshot())
        if not managed.live:
            self._leave_when_idle(0)


def serve(path: Path, services: Sequence[Service]) -> int:
    """Run a supervisor in this process.

    Parameters:
        path: the state folder.
        services: all that can be started.

    Returns:
        The exit code.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    folder = StateFolder(path)
    try:
        with folder.locked() as ours:
            if not ours:
                return control.ALREADY_RUNNING
            log.info("supervisor %s at %s", os.getpid(), datetime.now().astimezone().isoformat(timespec="seconds"))
            asyncio.run(_serve(folder, services))
    except OSError as error:
        log.exception("the supervisor cannot work: %s", explained(error, path))
        return 1
    return 0


def _current_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a caller is answered outside the event loop")
    return task


async def _serve(folder: StateFolder, services: Sequence[Service]) -> None:
    await Supervisor(folder, services, Settings.load()).run()
