"""The one process that starts, watches and stops the services of a state folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from embedded import control
from embedded.home import Home
from embedded.ports import Ports
from embedded.processes import Identity, memory
from embedded.service import Context, Service, ServiceError
from embedded.settings import Settings
from embedded.unit import LIVE, State, Unit

STATE = "state.json"
_PORTS = "ports.json"
_IDLE_SECONDS = 5.0
_FAREWELL_SECONDS = 2.0
_REQUEST_LIMIT_BYTES = 4_000_000  # an environment can be large

log = logging.getLogger(__name__)


class Request:
    """One caller of the supervisor and what it is told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.names: set[str] = set()

    async def read(self) -> dict[str, Any]:
        """Read what is asked."""
        return json.loads(await self._reader.readline())

    async def hung_up(self) -> None:
        """Wait until the caller takes its request back, or is gone."""
        with contextlib.suppress(OSError):
            while await self._reader.read(1024):
                pass

    def tell(self, **answer: Any) -> None:
        """Send one answer; a caller that is gone misses it."""
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write(json.dumps(answer).encode() + b"\n")

    async def close(self) -> None:
        """Send what is left and hang up."""
        with contextlib.suppress(OSError):
            await self._writer.drain()
            self._writer.close()
            await self._writer.wait_closed()


class Supervisor:
    """Holds the units and answers the callers."""

    def __init__(self, home: Home, services: Sequence[Service], cache: Path) -> None:
        """
        Args:
            home: the state folder, whose lock we hold.
            services: all that can be started.
            cache: folder that all stacks of this user share.
        """
        self._home = home
        self._units = {service.name: Unit(service, self._changed) for service in services}
        self._ports = Ports(cache / "ports", home.read(_PORTS))
        self._chosen: dict[str, int] = {}
        self._requests: set[Request] = set()
        self._answering: set[asyncio.Task[Any] | None] = set()
        self._holders: dict[str, set[Request]] = {name: set() for name in self._units}
        self._kept: set[str] = set()
        self._leave = asyncio.Event()
        self._notes: dict[str, str] = {}

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
        await asyncio.to_thread(end_leftovers, self._home, services, Settings.load())

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
            await getattr(self, f"_do_{asked['do']}")(request, asked)
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
        names = request.names = set(asked["only"] or self._units)
        for name in names:
            self._holders[name].add(request)
        started = self._start(request, Settings.load(asked["environ"]))
        gone = asyncio.create_task(request.hung_up())
        settled = asyncio.create_task(self._settled(names))
        await asyncio.wait([gone, settled], return_when=asyncio.FIRST_COMPLETED)
        if settled.done():
            ready = all(self._units[name].state is State.READY for name in names)
            request.tell(done=ready, env=self._environment(), started=started)
            if asked["lease"]:
                leave = asyncio.create_task(self._leave.wait())
                await asyncio.wait([gone, leave], return_when=asyncio.FIRST_COMPLETED)
            elif not gone.done():
                self._kept |= names
        settled.cancel()
        gone.cancel()
        await self._release(request)

    async def _settled(self, names: set[str]) -> None:
        for name in names:
            await self._units[name].settled.wait()

    async def _release(self, request: Request) -> None:
        """Let go of what a caller held; stop what nobody else holds and no finished `up` keeps."""
        for name in request.names:
            self._holders[name].discard(request)
        await self._stop({name for name in request.names if not self._holders[name] and name not in self._kept})
        request.tell(leaving=not self._needed(request))

    async def _do_down(self, request: Request, asked: dict[str, Any]) -> None:
        request.names = set(self._units)
        for unit in self._units.values():
            if unit.live:
                request.tell(**unit.snapshot())
        await self._stop(request.names)
        request.tell(done=True)
        self._leave.set()

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
                unit.start(self._context(name, settings))
            except ServiceError as error:
                unit.refuse(str(error))
            for port in unit.service.wanted_ports(settings):
                if note := self._notes.get(port):
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
        now = unit.service.command(self._make_context(unit.service, settings)).env
        names = unit.launch.env.keys() | now.keys()
        return sorted(name for name in names if unit.launch.env.get(name) != now.get(name))

    async def _stop(self, names: set[str]) -> None:
        """Stop services, those first that use others."""
        users = {name for name in names if self._units[name].service.requires}
        for wave in (users, names - users):
            await asyncio.gather(*(self._units[name].stop() for name in wave))
        self._kept -= names

    def _context(self, name: str, settings: Settings) -> Context:
        """Choose the ports of a service that is about to start, and of those it requires."""
        service = self._units[name].service
        for other in (service, *self._required(service)):
            if not self._units[other.name].live:
                self._choose_ports(other, settings)
        return self._make_context(service, settings)

    def _required(self, service: Service) -> list[Service]:
        return [self._units[name].service for name in service.requires]

    def _choose_ports(self, service: Service, settings: Settings) -> None:
        for name, wanted in service.wanted_ports(settings).items():
            choice = self._ports.choose(name, wanted)
            self._chosen[name] = choice.port
            self._notes[name] = choice.note
            if choice.note:
                log.info(choice.note)
        self._home.write(_PORTS, self._ports.remembered())

    def _make_context(self, service: Service, settings: Settings) -> Context:
        required: dict[str, str] = {}
        for other in self._required(service):
            context = self._units[other.name].context if self._units[other.name].live else None
            required |= other.environment(context or self._bare_context(other, settings))
        context = self._bare_context(service, settings)
        return Context(context.settings, context.home, context.log, context.ports, required)

    def _bare_context(self, service: Service, settings: Settings) -> Context:
        name = service.name
        return Context(settings, self._home.folder_of(name), self._home.log_of(name), dict(self._chosen))

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
        me = Identity.of(os.getpid())
        return {
            "supervisor": asdict(me),
            "services": [unit.snapshot() for unit in self._units.values()],
        }

    def _changed(self, unit: Unit) -> None:
        self._home.write(STATE, self._plain_status())
        for request in self._requests:
            if unit.service.name in request.names:
                request.tell(**unit.snapshot())
        if not unit.live:
            self._leave_when_idle(0)


def end_leftovers(home: Home, services: Sequence[Service], settings: Settings) -> None:
    """End what a killed supervisor left running; does nothing when the last one ended in good order.

    Args:
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

    Args:
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
    await Supervisor(home, services, Settings.load().cache).run()
