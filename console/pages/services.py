"""The services of the embedded stack: how they are, where they are, and what they logged last."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from console.calls import services as calls
from console.calls.services import ServiceState
from console.components import marks
from console.components.dialogs import confirm
from console.frame import frame, page
from console.places import shared
from console.view import View

REFRESH_SECONDS = 4.0
OWN = "console"
OTHER_STACK = (
    "The services of this Kestra belong to another stack than the embedded one: look at them there, such as with "
    "`docker compose ps` and `docker compose logs`."
)


@page("/ui/main/services")
async def services() -> None:
    """The page."""
    async with frame("Services", "Services") as view:
        if shared().settings.stack != "embedded":
            marks.empty(OTHER_STACK)
            return
        Services(view).build()


class Services:
    """A card a service."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._shown: list[ServiceState] = []
        self._busy: dict[str, str] = {}
        self._asking = False

    def build(self) -> None:
        """Build the page; it is filled as soon as the stack has answered, which takes a second."""
        ui.label("The embedded stack on this machine, as make status shows it.").classes("muted").style(
            "margin-bottom:10px"
        )
        self._list = ui.element("div").classes("services")
        with self._list:
            ui.spinner(size="lg").props('aria-label="Asking the stack"')
        self._log = ui.element("section")
        ui.timer(0, self.refresh, once=True)
        self._view.every(REFRESH_SECONDS, self.refresh)

    async def refresh(self) -> None:
        """Ask the stack how its services are, unless the last question is still open."""
        if self._asking:
            return
        self._asking = True
        try:
            found = await _read(self._view)
        finally:
            self._asking = False
        if found is None:
            self._list.clear()
            with self._list:
                marks.empty(OTHER_STACK)
            return
        self._shown = found
        self._show()

    def _show(self) -> None:
        self._list.clear()
        with self._list, ui.element("div").classes("scroll card"), ui.element("table").classes("plain-table") as table:
            table.props('aria-label="Services"')
            with ui.element("tr"):
                for title, narrow in (
                    ("Service", False),
                    ("State", False),
                    ("Port", True),
                    ("Memory", True),
                    ("Up for", True),
                    ("Address", True),
                    ("", False),
                ):
                    with ui.element("th").classes("narrow-out" if narrow else ""):
                        ui.label(title)
            for service in self._shown:
                self._row(service)

    def _row(self, service: ServiceState) -> None:
        with ui.element("tr").props(f'data-service="{service.name}"'):
            with ui.element("td"):
                ui.label(service.title).style("font-weight:600")
                if service.note:
                    ui.label(service.note).classes("muted small")
            with ui.element("td"):
                _state(self._busy.get(service.name) or service.state)
            for text in (
                ", ".join(str(port) for port in service.ports),
                marks.size(service.memory) if service.memory else "",
                marks.span(service.up_seconds) if service.up_seconds else "",
            ):
                with ui.element("td").classes("narrow-out"):
                    ui.label(text)
            with ui.element("td").classes("narrow-out"):
                _address(service.address)
            with ui.element("td").style("text-align:right; white-space:nowrap"):
                self._buttons(service)

    def _buttons(self, service: ServiceState) -> None:
        name = service.name
        log = ui.button("Log", on_click=lambda: self._show_log(name)).props("flat dense no-caps")
        log.props(f'aria-label="Log of {service.title}"')
        if name in self._busy or name == OWN:  # who stops this page has nothing to start it again with
            return
        words, action = ("Stop", self._stop) if service.runs else ("Start", self._start)
        button = ui.button(words, on_click=lambda: action(service)).props("flat dense no-caps")
        button.props(f'aria-label="{words} {service.title}"')

    async def _start(self, service: ServiceState) -> None:
        await self._change(service, "starting", f"{service.title} has started", calls.start)

    async def _stop(self, service: ServiceState) -> None:
        explanation = "Running executions wait until it is back." if service.name == "kestra" else "Its data stay."
        if await confirm(f"Stop {service.title}?", explanation, "Stop"):
            await self._change(service, "stopping", f"{service.title} has stopped", calls.stop)

    async def _change(self, service: ServiceState, words: str, done: str, call: Callable[[str], None]) -> None:
        self._busy[service.name] = words
        self._show()
        try:
            await self._view.do(done, call, service.name)
        finally:
            del self._busy[service.name]
        await self.refresh()

    async def _show_log(self, name: str) -> None:
        lines = await self._view.attempt(calls.last_lines, name)
        if lines is None:
            return
        self._log.clear()
        with self._log:
            with ui.element("div").classes("page-head"):
                with ui.element("h2"):
                    ui.label(f"Last lines of {name}")
                ui.button(icon="refresh", on_click=lambda: self._show_log(name)).props(
                    'flat round dense aria-label="Read the log again"'
                )
            with ui.element("div").classes("log").props('role=log tabindex=0 aria-label="Last lines"') as box:
                ui.label("\n".join(lines) or "Nothing was logged.").classes("pre").style("padding:4px 12px")
            ui.run_javascript(f"getHtmlElement({box.id}).scrollTop = 1e9; getHtmlElement({box.id}).scrollIntoView()")


def _state(name: str) -> None:
    """A state with its mark, so that colour is not its only sign."""
    like = {"ready": "SUCCESS", "failed": "FAILED", "unhealthy": "WARNING", "off": "", "stopped": ""}
    marks.state(name).props(f'data-state="{like.get(name, "RUNNING")}"')


def _address(address: str) -> None:
    if address.startswith("http"):
        ui.link(address, address, new_tab=True)
    elif address:
        with ui.element("code"):
            ui.label(address)


async def _read(view: View) -> list[ServiceState] | None:
    return await view.ask(calls.services, shared().settings.kestra_url)
