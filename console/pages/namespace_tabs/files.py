"""The files of a namespace: the tree, and the file that the address names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from nicegui import context, events, ui

from console import addresses, downloads
from console.calls import namespaces as calls
from console.calls.namespaces import Entry
from console.components import marks
from console.components.dialogs import confirm, page_dialog
from console.components.difference import difference
from console.components.text_editor import TextEditor
from console.tabs import Tab
from console.view import View, tell
from workbook.kestra.errors import ApiError

ROOT = "/"
MAX_UPLOAD = 100 << 20
"""Bytes of one file."""


async def show(view: View, namespace: str) -> None:
    """Build the tab: `path` in the address is the file or folder, `revision` an older one of the file."""
    query = context.client.request.query_params
    revision = query.get("revision", "")
    path = "/" + query.get("path", "").strip("/")
    await Files(view, namespace, path, int(revision) if revision.isdigit() else None).build()


class Files:
    """The files of a namespace.

    Parameters:
        view: of the page.
        namespace: the namespace.
        path: of the file or folder that is shown.
        revision: of the file; the last one if None.
    """

    def __init__(self, view: View, namespace: str, path: str, revision: int | None) -> None:
        self._view, self._namespace, self._path, self._revision = view, namespace, path, revision

    async def build(self) -> None:
        """Build the tab."""
        chosen = await self._chosen()
        self._folder = chosen.path if chosen.is_folder else str(PurePosixPath(chosen.path).parent)
        self._toolbar()
        with ui.element("div").classes("side files"):
            with ui.element("nav").props('aria-label="Files"').classes("tree"):
                await self._level(ROOT, 0)
            with ui.element("div"):
                if chosen.is_folder:
                    await self._show_folder(chosen)
                else:
                    await self._show_file(chosen)

    async def _chosen(self) -> Entry:
        if self._path == ROOT:
            return Entry(ROOT, True, 0, None)
        try:
            return await self._view.ask(calls.entry, self._view.kestra, self._namespace, self._path)
        except ApiError as error:
            if error.status != 404:
                raise
            with ui.element("div").classes("note").props("role=alert"):
                ui.label(f"There is no {self._path} in this namespace.")
            self._path = ROOT
            return Entry(ROOT, True, 0, None)

    def _toolbar(self) -> None:
        with ui.element("div").classes("toolbar"):
            ui.label(f"In {self._folder}").classes("muted mono")
            ui.space()
            for words, icon, action in (
                ("New file", "note_add", self._new_file),
                ("New folder", "create_new_folder", self._new_folder),
                ("Upload", "upload", self._upload),
            ):
                ui.button(words, icon=icon, on_click=action).props("outline no-caps")

    async def _level(self, folder: str, depth: int) -> None:
        """The entries of a folder; those of the folders on the way to what is shown stand below them."""
        entries = await self._view.ask(calls.folder, self._view.kestra, self._namespace, folder)
        for entry in entries:
            is_open = entry.is_folder and f"{self._path}/".startswith(f"{entry.path}/")
            self._node(entry, depth, is_open)
            if is_open:
                await self._level(entry.path, depth + 1)
        if not entries and folder == ROOT:
            ui.label("No file yet").classes("muted")

    def _node(self, entry: Entry, depth: int, is_open: bool) -> None:
        with ui.link(target=self._address(entry.path)).classes("tree-file") as link:
            icon = ("folder_open" if is_open else "folder") if entry.is_folder else "description"
            ui.icon(icon).props("aria-hidden=true")
            ui.label(entry.name)
        link.style(f"padding-left:{10 + 16 * depth}px")
        if entry.path == self._path:
            link.props('aria-current="page"')

    async def _show_folder(self, folder: Entry) -> None:
        if folder.path != ROOT:
            self._head(folder)
        entries = await self._view.ask(calls.folder, self._view.kestra, self._namespace, folder.path)
        if not entries:
            marks.empty("This folder is empty: Upload, New file and New folder fill it.")
            return
        with ui.element("div").classes("scroll card"), ui.element("table").classes("plain-table"):
            for entry in entries:
                with ui.element("tr"):
                    with ui.element("td"):
                        ui.link(f"{entry.name}/" if entry.is_folder else entry.name, self._address(entry.path))
                    with ui.element("td").classes("muted"):
                        ui.label("" if entry.is_folder else marks.size(entry.size))
                    with ui.element("td").classes("muted narrow-out"):
                        marks.moment(entry.changed)

    async def _show_file(self, file: Entry) -> None:
        kestra = self._view.kestra
        revisions = await self._view.ask(calls.revisions, kestra, self._namespace, file.path)
        current = await self._view.ask(calls.file_text, kestra, self._namespace, file.path)
        save = self._head(file, revisions, editable=current.text is not None and self._revision is None)
        if current.text is None:
            marks.empty("No editor shows this file: it is long, or no text. Download it.")
        elif self._revision is not None:
            await self._show_old(file, current.text, self._revision)
        elif save is not None:
            editor = TextEditor(current.text, file.name, f"{self._namespace}{file.path}")
            save.on_click(lambda: self._save(file, editor))

    async def _show_old(self, file: Entry, current: str, revision: int) -> None:
        old = await self._view.ask(calls.file_text, self._view.kestra, self._namespace, file.path, revision)
        if old.text is None:
            marks.empty("This revision is no text, or long. Download it.")
            return
        text = old.text

        async def restore() -> None:
            """Write the old text as a new revision."""
            await self._write(file.path, text.encode(), f"Revision {revision} of {file.name} is restored")

        with ui.element("div").classes("note"):
            same = "is what the file holds now" if text == current else "and what has changed since"
            ui.label(f"Revision {revision}, {same}.")
            ui.space()
            ui.button("Restore", icon="restore", on_click=restore).props("unelevated no-caps")
        difference(text, current)
        ui.label(text).classes("mono pre card").style("margin-top:10px")

    def _head(self, entry: Entry, revisions: list[int] | None = None, editable: bool = False) -> ui.button | None:
        """The line above a file or folder; gives the button that saves, if there is an editor."""
        save = None
        with ui.element("div").classes("page-head"):
            with ui.element("h2").classes("mono").style("margin:0"):
                ui.label(entry.path)
            if not entry.is_folder:
                ui.label(marks.size(entry.size)).classes("muted")
            ui.space()
            if revisions:
                self._versions(entry, revisions)
            if not entry.is_folder:
                address = downloads.namespace_file_address(self._namespace, entry.path, self._revision)
                with ui.link(target=address).classes("download").props('download aria-label="Download"'):
                    ui.icon("download").props("aria-hidden=true").style("font-size:22px")
            for words, icon, action in (("Move", "drive_file_move", self._move), ("Delete", "delete", self._delete)):
                button = ui.button(icon=icon, on_click=lambda action=action: action(entry))
                button.props(f'flat round dense aria-label="{words}"').tooltip(words)
            if editable:
                save = ui.button("Save", icon="save").props("unelevated no-caps data-save")
        return save

    def _versions(self, entry: Entry, revisions: list[int]) -> None:
        options = {number: f"Revision {number}" for number in revisions}
        shown = self._revision if self._revision in options else revisions[0]

        def go(event: events.ValueChangeEventArguments[int | None]) -> None:
            """Show another revision."""
            revision = "" if event.value == revisions[0] else str(event.value)
            ui.navigate.to(self._address(entry.path, revision))

        ui.select(options, value=shown, on_change=go).props('outlined dense options-dense aria-label="Revision"')

    async def _save(self, file: Entry, editor: TextEditor) -> None:
        text = editor.text
        if text == editor.saved:
            tell("Nothing has changed.")
            return
        done = f"{file.name} is saved"
        if await self._view.do(done, calls.write, self._view.kestra, self._namespace, [(file.path, text.encode())]):
            editor.mark_saved(text)

    async def _write(self, path: str, content: bytes, done: str) -> None:
        if await self._view.do(done, calls.write, self._view.kestra, self._namespace, [(path, content)]):
            ui.navigate.to(self._address(path))

    async def _new_file(self) -> None:
        path = await _ask_path("New file", "Path", f"{self._folder.rstrip('/')}/", "Create")
        if path:
            await self._write(path, b"", f"{path} is created")

    async def _new_folder(self) -> None:
        path = await _ask_path("New folder", "Path", f"{self._folder.rstrip('/')}/", "Create")
        if path and await self._view.do(
            f"{path} is created", calls.make_folder, self._view.kestra, self._namespace, path
        ):
            ui.navigate.to(self._address(path))

    async def _move(self, entry: Entry) -> None:
        path = await _ask_path(f"Move {entry.name}", "New path", entry.path, "Move")
        if not path or path == entry.path:
            return
        done = f"{entry.name} is moved"
        if await self._view.do(done, calls.move, self._view.kestra, self._namespace, entry.path, path):
            ui.navigate.to(self._address(path))

    async def _delete(self, entry: Entry) -> None:
        explanation = "With all that is in it, and all revisions." if entry.is_folder else "With all its revisions."
        if not await confirm(f"Delete {entry.path}?", explanation, "Delete"):
            return
        done = f"{entry.path} is deleted"
        if await self._view.do(done, calls.delete, self._view.kestra, self._namespace, entry.path):
            ui.navigate.to(addresses.namespace(self._namespace, "files"))

    async def _upload(self) -> None:
        files: list[tuple[str, bytes]] = []

        async def take(event: events.UploadEventArguments) -> None:
            """Keep a file that was chosen."""
            files.append((f"{self._folder.rstrip('/')}/{event.file.name}", await event.file.read()))

        with page_dialog() as dialog, ui.card().classes("dialog"):
            ui.label(f"Upload to {self._folder}").classes("card-title")
            ui.label("A file of the same name gets a new revision. A ZIP archive is unpacked at the root.").classes(
                "muted"
            )
            ui.upload(on_upload=take, multiple=True, auto_upload=True, max_file_size=MAX_UPLOAD).props(
                'flat bordered label="Choose files, or drop them here"'
            ).style("width:100%")
            _buttons(dialog, "Upload", lambda: True)
        answer = await dialog
        dialog.delete()
        if not answer or not files:
            return
        words = f"{len(files)} file{'s' if len(files) > 1 else ''} uploaded"
        if await self._view.do(words, calls.write, self._view.kestra, self._namespace, files):
            is_archive = files[0][0].lower().endswith(".zip")
            ui.navigate.to(self._address(self._folder if len(files) > 1 or is_archive else files[0][0]))

    def _address(self, path: str, revision: str = "") -> str:
        query = {name: value for name, value in (("path", path.lstrip("/")), ("revision", revision)) if value}
        return addresses.namespace(self._namespace, "files", **query)


async def _ask_path(question: str, label: str, proposed: str, yes: str) -> str:
    """Ask for a path; gives it with a slash in front, or an empty text."""
    with page_dialog() as dialog, ui.card().classes("dialog"):
        ui.label(question).classes("card-title")
        field = ui.input(label, value=proposed).props("outlined dense autofocus").classes("mono")
        field.on("keydown.enter", lambda: dialog.submit(field.value))
        _buttons(dialog, yes, lambda: field.value)
    answer = await dialog
    dialog.delete()
    path = str(answer or "").strip().strip("/")
    return f"/{path}" if path else ""


def _buttons(dialog: ui.dialog, yes: str, answer: Callable[[], object]) -> None:
    with ui.row().classes("dialog-buttons"):
        ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
        ui.button(yes, on_click=lambda: dialog.submit(answer())).props("unelevated no-caps")


TAB = Tab("files", "Files", 40, show)
