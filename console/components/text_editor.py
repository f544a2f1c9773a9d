"""An editor of any text; what is not saved is kept in the browser."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from nicegui import Client, background_tasks, context, ui

LANGUAGES = {
    ".css": "CSS",
    ".html": "HTML",
    ".java": "Java",
    ".js": "JavaScript",
    ".json": "JSON",
    ".md": "Markdown",
    ".py": "Python",
    ".sh": "Shell",
    ".sql": "SQL",
    ".toml": "TOML",
    ".xml": "XML",
    ".yaml": "YAML",
    ".yml": "YAML",
}
BROWSER_SECONDS = 5.0


class TextEditor:
    """The editor.

    Parameters:
        saved: the text on the server.
        name: of the file; its ending says the language.
        draft: names the browser's copy of a text that is not saved.

    Attributes:
        saved: as above.
    """

    def __init__(self, saved: str, name: str, draft: str) -> None:
        self.saved, self._draft = saved, f"console-draft:{draft}"
        self._restored = ui.element("div").classes("note")
        self._restored.set_visibility(False)
        language = LANGUAGES.get(PurePosixPath(name).suffix.lower())
        self._editor = ui.codemirror(saved, language=language, theme="basicLight", indent="  ")  # type: ignore[arg-type]
        self._editor.classes("editor").props('aria-label="Text of the file"')
        background_tasks.create(self._begin(context.client), name="editor")

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._editor.value or ""

    def mark_saved(self, text: str) -> None:
        """Take a text for the saved one, and drop the browser's copy."""
        self.saved = text
        self._restored.set_visibility(False)
        ui.run_javascript(f"draftSaved({json.dumps(self._draft)}, {json.dumps(text)})")

    async def _begin(self, client: Client) -> None:
        """Once the browser is there, let it keep a copy, and take what it kept."""
        await client.connected()
        with self._restored:
            place = json.dumps([self._editor.id, self._draft, self.saved])
            kept = await ui.run_javascript(f"return keepDraft(...{place})", timeout=BROWSER_SECONDS)
            if isinstance(kept, str) and kept != self.saved:
                self._editor.set_value(kept)
                ui.icon("history").props("aria-hidden=true")
                ui.label("This is the text that you had not saved.")
                ui.button("Discard it", on_click=self._discard).props("flat dense no-caps")
                self._restored.set_visibility(True)

    def _discard(self) -> None:
        self._editor.set_value(self.saved)
        self.mark_saved(self.saved)
