"""The frame around every page: header, navigation, the banner of a server that is gone, and what cannot be shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from nicegui import Client, context, ui

from console.places import shared
from console.view import View, current_session
from workbook.errors import NotFound, ServerDown, WorkbookError
from workbook.kestra.errors import ApiError

RESPONSE_SECONDS = 30.0
"""How long a page may take to be built; calls to Kestra give up sooner."""
AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Section:
    """An entry of the navigation. It is shown once its page exists."""

    title: str
    path: str
    icon: str


SECTIONS = (
    Section("Dashboard", "/ui/main/dashboards", "dashboard"),
    Section("Flows", "/ui/main/flows", "account_tree"),
    Section("Executions", "/ui/main/executions", "play_circle"),
    Section("Logs", "/ui/main/logs", "subject"),
    Section("Triggers", "/ui/main/triggers", "schedule"),
    Section("Namespaces", "/ui/main/namespaces", "folder"),
    Section("Plugins", "/ui/main/plugins", "extension"),
    Section("Services", "/ui/main/services", "dns"),
)
Crumb = tuple[str, str]
"""A word of the way to this page, and where it leads; the last one leads nowhere."""


def page(path: str) -> ui.page:
    """The decorator of a page's function.

    Parameters:
        path: as Kestra's own UI has it; names in braces are the function's parameters, others come from the query.
    """
    return ui.page(path, response_timeout=RESPONSE_SECONDS)


@asynccontextmanager
async def frame(title: str, section: str, crumbs: Sequence[Crumb] = ()) -> AsyncIterator[View]:
    """Build the frame, and the page inside of it; what Kestra refuses inside is shown in the page's place.

    Parameters:
        title: of the page, and of the browser's tab.
        section: title of the entry of the navigation that the page belongs to.
        crumbs: the way to the page; its last word is the title if there is none.
    """
    view = View(current_session())
    ui.page_title(f"{title} · Workbook console")
    ui.add_head_html(
        '<link rel="stylesheet" href="/static/theme.css"><link rel="stylesheet" href="/static/console.css">'
        '<script src="/static/console.js"></script>'
    )
    ui.colors(primary="#0a5fa3", positive="#007a59", negative="#b34700", warning="#8a5a00", info="#0072b2")
    ui.html('<a class="skip" href="#content" tabindex="1">Skip to the content</a>', sanitize=False)
    _header(view, section)
    with ui.element("main").props("id=content tabindex=-1").classes("content"):
        with ui.element("div").classes("banner").props("role=alert") as banner:
            ui.icon("cloud_off")
            ui.label(
                "Kestra does not answer. This page goes on by itself as soon as it does; nothing you typed is lost."
            )
        banner.bind_visibility_from(shared().watch, "gone")
        _breadcrumbs(crumbs or [(title, "")])
        try:
            yield view
        except WorkbookError as error:
            _problem(view, error)


def _header(view: View, section: str) -> None:
    with (
        ui.left_drawer(value=None, fixed=True)
        .props('width=208 breakpoint=860 :no-swipe-open="true"')
        .classes("nav") as drawer
    ):
        with ui.element("nav").props('aria-label="Main"'):
            for entry in _sections():
                with ui.link(target=entry.path).classes("nav-entry") as link:
                    ui.icon(entry.icon).props("aria-hidden=true")
                    ui.label(entry.title)
                if entry.title == section:
                    link.props('aria-current="page"')
        ui.label("The workbook's console, not Kestra's own UI.").classes("nav-note")
    with ui.header(elevated=False).classes("top"):
        ui.button(icon="menu", on_click=drawer.toggle).props('flat round dense aria-label="Navigation"').classes(
            "top-button menu-button"
        )
        with ui.link(target="/ui/main/flows").classes("brand"):
            ui.html('<img src="/static/icon.svg" alt="" width="26" height="26">', sanitize=False)
            ui.label("Workbook console")
        ui.space()
        ui.html(
            '<button id="theme-button" type="button" class="top-plain" onclick="changeTheme()">'
            '<span class="material-icons" aria-hidden="true">brightness_6</span>'
            '<span class="theme-name"></span></button>',
            sanitize=False,
        )
        ui.html(
            '<form method="post" action="/logout"><button type="submit" class="top-plain" '
            f'aria-label="Log out" title="Log out {_attribute(view.username)}">'
            '<span class="material-icons" aria-hidden="true">logout</span></button></form>',
            sanitize=False,
        )


def _sections() -> list[Section]:
    built = set(Client.page_routes.values())
    return [entry for entry in SECTIONS if entry.path in built]


def _breadcrumbs(crumbs: Sequence[Crumb]) -> None:
    with ui.element("nav").props('aria-label="Breadcrumbs"').classes("crumbs"):
        for word, address in crumbs[:-1]:
            if address:
                ui.link(word, address)
            else:
                ui.label(word)
            ui.label("/").props("aria-hidden=true").classes("muted")
    with ui.element("h1"):
        ui.label(crumbs[-1][0])


def _problem(view: View, error: WorkbookError) -> None:
    """What is shown in place of a page, or of the rest of it."""
    missing = isinstance(error, NotFound) or (isinstance(error, ApiError) and error.status == 404)
    with ui.element("div").classes("card problem-card").props("role=alert"):
        ui.label("There is no such thing here." if missing else "This cannot be shown now.").classes("card-title")
        ui.label(error.reason if isinstance(error, ApiError) else str(error)).classes("mono pre")
        ui.button("Try again", on_click=ui.navigate.reload).props("outline no-caps")
    if isinstance(error, ServerDown):
        client = context.client

        async def look_again() -> None:
            """Load the page anew as soon as the server answers."""
            try:
                await view.ask(view.kestra.ping)
            except WorkbookError:
                return
            with client:
                ui.navigate.reload()

        ui.timer(AGAIN_SECONDS, look_again, immediate=False)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
