"""The one process that starts, watches and stops the services of a state folder."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from embedded.service import Context, Service, ServiceError
from embedded.shared.processes import Identity, memory
from embedded.shared.settings import Settings
from embedded.shared.state_folder import Home
from embedded.supervision import control
from embedded.supervision.contexts import Contexts
from embedded.supervision.managed_service import LIVE, State, Unit
from embedded.supervision.session import Request

STATE = "state.json"
_IDLE_SECONDS = 5.0
_FAREWELL_SECONDS = 2.0
_REQUEST_LIMIT_BYTES = 4_000_000  # an environment can be large

log = logging.getLogger(__name__)


class Supervisor:
    """Holds the units and answers the callers."""

    def __init__(self, home: Home, services: Sequence[Service], settings: Settings) -> None:
        """
        Parameters:
            home: the state folder, whose lock we hold.
            services: all that can be started.
            settings: those of our own environment; each start brings its own.
        """
        self._home = home
        self._settings = settings
        self._units = {service.name: Unit(service, self._changed) for service in services}
        self._contexts = Contexts(home, {service.name: service for service in services}, settings)
        self._requests: set[Request] = set()
        self._answering: set[asyncio.Task[Any] | None] = set()
        self._holders: dict[str, set[Request]] = {name: set() for name in self._units}
        self._kept: set[str] = set()
        self._leave = asyncio.Event()
        self._closing = False
        self._actions: dict[str, Callable[[Request, dict[str, Any]], Awaitable[None]]] = {
            "up": self._do_up,
            "down": self._do_down,
            "stop": self._do_stop,
            "status": self._do_status,
            "env": self._do_env,
        }

    async def run(self) -> None:
        """Answer callers until all services are off and nobody asks any more."""
        await self._recover()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_end)
        os.chdir(self._home.path)  # for the relative path of the socket
        Path(control.SOCKET).unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._answer, control.SOCKET, limit=_REQUEST_LIMIT_BYTES)
        Path(control.SOCKET).chmod(0o600)
        self._leave_when_idle(_IDLE_SECONDS)
        await self._leave.wait()
        server.close()
        Path(control.SOCKET).unlink(missing_ok=True)
        await self._stop({name for name, unit in self._units.items() if unit.live})
        if self._answering:
            await asyncio.wait(self._answering, timeout=_FAREWELL_SECONDS)
        log.info("left")

    async def _recover(self) -> None:
        """Recall how the services were left; end what a killed supervisor left running."""
        before = {old["name"]: old for old in self._home.read(STATE).get("services", [])}
        for name, unit in self._units.items():
            unit.recall(before.get(name, {}))
        services = [unit.service for unit in self._units.values()]
        await asyncio.to_thread(end_leftovers, self._home, services, self._settings)

    def _asked_to_end(self) -> None:
        log.info("asked to end")
        self._leave.set()

    def _leave_when_idle(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._leave_if_idle)

    def _leave_if_idle(self) -> None:
        if not self._needed():
            self._leave.set()

    def _needed(self, *leaving: Request) -> bool:
        return bool(self._requests - set(leaving)) or any(unit.live for unit in self._units.values())

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = Request(reader, writer)
        task = asyncio.current_task()
        if self._leave.is_set():  # no answer: the caller starts another supervisor
            await request.close()
            return
        self._requests.add(request)
        self._answering.add(task)
        try:
            request.tell(**asdict(Identity.of(os.getpid())))
            asked = await request.read()
            await self._actions[asked["do"]](request, asked)
        except Exception as error:
            log.exception("a request failed")
            request.tell(done=False, error=f"{type(error).__name__}: {error}")
        finally:
            self._requests.discard(request)
            await request.close()
            self._answering.discard(task)
            self._leave_when_idle(0)

    async def _do_up(self, request: Request, asked: dict[str, Any]) -> None:
        """Start services; until all are settled, or as long as a lease lasts, they hang on the caller."""
        settings = Settings.load(asked["environ"])
        names = request.names = set(asked["only"] or self._units)
        for name in names:
            self._holders[name].add(request)
        for name in names:
            await self._units[name].stopped()
        if self._closing or self._leave.is_set():
            await self._leave.wait()
            request.tell(done=False, again=True)
            return
        started = self._start(request, settings)
        gone = asyncio.create_task(request.hung_up())
        settled = asyncio.create_task(self._settled(names))
        await asyncio.wait([gone, settled], return_when=asyncio.FIRST_COMPLETED)
        if settled.done():
            ready = all(self._units[name].state is State.READY for name in names)
            request.tell(done=ready, env=self._environment(), started=started)
            if asked["lease"]:
                request.lease = asked["lease"]
                leave = asyncio.create_task(self._leave.wait())
                await asyncio.wait([gone, leave], return_when=asyncio.FIRST_COMPLETED)
            elif not gone.done():
                self._keep(names, asked["within"])
        settled.cancel()
        gone.cancel()
        await self._release(request)

    def _keep(self, names: set[str], within: str | None) -> None:
        """Let services outlive the call that asked for them; one made inside a `run` only until that ends."""
        lease = next((other for other in self._requests if within and other.lease == within), None)
        if lease is None:
            self._kept |= names
            return
        lease.names |= names
        for name in names:
            self._holders[name].add(lease)

    async def _settled(self, names: set[str]) -> None:
        for name in names:
            await self._units[name].settled.wait()

    async def _release(self, request: Request) -> None:
        """Let go of what a caller held; stop what nobody else holds and no finished `up` keeps."""
        for name in request.names:
            self._holders[name].discard(request)
        await self._stop(request.names, unless=self._wanted)
        request.tell(leaving=not self._needed(request))

    def _wanted(self, name: str) -> bool:
        return bool(self._holders[name]) or name in self._kept

    async def _do_down(self, request: Request, asked: dict[str, Any]) -> None:
        self._closing = True
        request.names = set(self._units)
        for unit in self._units.values():
            if unit.live:
                request.tell(**unit.snapshot())
        await self._stop(request.names)
        request.tell(done=True)
        self._leave.set()

    async def _do_stop(self, request: Request, asked: dict[str, Any]) -> None:
        """Stop some services, whoever wanted them; the rest go on."""
        live = {name for name in asked["names"] if self._units[name].live}
        request.names = set(asked["names"])
        for name in sorted(live):
            request.tell(**self._units[name].snapshot())
        await self._stop(request.names)
        request.tell(done=True, stopped=sorted(live))

    async def _do_status(self, request: Request, asked: dict[str, Any]) -> None:
        request.tell(done=True, **await asyncio.to_thread(self._status))

    async def _do_env(self, request: Request, asked: dict[str, Any]) -> None:
        request.tell(done=True, env=self._environment())

    def _start(self, request: Request, settings: Settings) -> list[str]:
        """Start what is not live of a request's services; name them."""
        live = {name for name, unit in self._units.items() if unit.live}
        fresh = sorted(request.names - live)
        for name in fresh:
            unit = self._units[name]
            if unit.state is State.FAILED:
                request.tell(note=f"{name} had failed: {unit.error}; starting it again")
            try:
                self._contexts.choose_ports(name, settings, self._running())
                unit.start(self._contexts.make(name, settings, self._running()))
            except ServiceError as error:
                unit.refuse(str(error))
            for note in self._contexts.notes(name, settings):
                request.tell(note=note)
        for name in sorted(live):
            if old := self._outdated(self._units[name], settings):
                request.tell(note=f"{name} runs with other settings ({', '.join(old)}): `down`, then `up` applies them")
        for name in sorted(request.names & live):
            request.tell(**self._units[name].snapshot(), joined=True)
        return fresh

    def _outdated(self, unit: Unit, settings: Settings) -> list[str]:
        """Name the variables of a running service that would be different if it started now."""
        if not unit.launch or not unit.context:
            return []
        now = unit.service.command(self._contexts.make(unit.service.name, settings, self._running())).env
        names = unit.launch.env.keys() | now.keys()
        return sorted(name for name in names if unit.launch.env.get(name) != now.get(name))

    async def _stop(self, names: set[str], unless: Callable[[str], bool] = lambda name: False) -> None:
        """Stop services, those first that use others; `unless` is asked late, as others may start meanwhile."""
        users = {name for name in names if self._units[name].service.requires}
        for wave in (users, names - users):
            doomed = {name for name in wave if not unless(name)}
            self._kept -= doomed
            await asyncio.gather(*(self._units[name].stop() for name in doomed))

    def _running(self) -> dict[str, Context]:
        return {name: unit.context for name, unit in self._units.items() if unit.live and unit.context}

    def _environment(self) -> dict[str, str]:
        lines: dict[str, str] = {}
        for unit in self._units.values():
            if unit.state is State.READY and unit.context:
                lines |= unit.service.environment(unit.context)
        if lines:
            lines |= {"WORKBOOK_STACK": "embedded", "EMBEDDED_HOME": str(self._home.path)}
        return lines

    def _status(self) -> dict[str, Any]:
        status = self._plain_status()
        for service in status["services"]:
            service["memory"] = memory(service["pid"]) if service["pid"] and service["state"] != State.FAILED else 0
        return status

    def _plain_status(self) -> dict[str, Any]:
        services = [unit.snapshot() for unit in self._units.values()]
        return {"supervisor": asdict(Identity.of(os.getpid())), "services": services}

    def _changed(self, unit: Unit) -> None:
        try:
            self._home.write(STATE, self._plain_status())
        except OSError:  # a full disk is no reason to stop a service
            log.exception("the state could not be written")
        for request in self._requests:
            if unit.service.name in request.names:
                request.tell(**unit.snapshot())
        if not unit.live:
            self._leave_when_idle(0)


def end_leftovers(home: Home, services: Sequence[Service], settings: Settings) -> None:
    """End what a killed supervisor left running; does nothing when the last one ended in good order.

    Parameters:
        home: the state folder, with no supervisor at work on it.
        services: all that may have run.
        settings: as for a start.
    """
    live = [old["name"] for old in home.read(STATE).get("services", []) if old["state"] in LIVE]
    for service in services:
        if service.name in live:
            context = Context(settings, home.folder_of(service.name), home.log_of(service.name), ports={})
            service.clean_up(context, None)


def serve(path: Path, services: Sequence[Service]) -> int:
    """Run a supervisor in this process.

    Parameters:
        path: the state folder.
        services: all that can be started.

    Returns:
        The exit code.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    home = Home(path)
    with home.locked() as ours:
        if not ours:
            return control.ALREADY_RUNNING
        log.info("supervisor %s at %s", os.getpid(), datetime.now().astimezone().isoformat(timespec="seconds"))
        asyncio.run(_serve(home, services))
    return 0


async def _serve(home: Home, services: Sequence[Service]) -> None:
    await Supervisor(home, services, Settings.load()).run()
