"""Tables whose rows come page by page from the server, and whose cells are links, states and moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

Row = dict[str, Any]
SIZES = (25, 50, 100)
_CELLS = {
    "link": '<a :href="props.row.{name}_href">{{{{ props.value }}}}</a>',
    "state": '<span v-if="props.value" class="state" :data-state="props.value">{{{{ props.value }}}}</span>',
    "time": '<time v-if="props.value" :datetime="props.value"></time>',
    "code": "<code>{{{{ props.value }}}}</code>",
    "labels": '<span class="labels">'
    '<span v-for="label in props.value" class="label-chip">{{{{ label }}}}</span></span>',
}


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: the key of its values in the rows.
        title: its heading.
        kind: `text`, `link` (to the row's `<name>_href`), `state`, `time` (a moment of ISO 8601), `code` or `labels`.
        narrow: whether it is left out on a small screen.
    """

    name: str
    title: str
    kind: str = "text"
    narrow: bool = False


class Table:
    """A table.

    Parameters:
        columns: from left to right.
        title: for those who do not see it.
        key: the key of the rows' ids.
        on_choice: called when rows are chosen or let go; without it, none can be chosen.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        title: str,
        key: str = "id",
        on_choice: Callable[[], Any] | None = None,
    ) -> None:
        selection = "multiple" if on_choice else None
        self._table = ui.table(
            columns=[_column(column) for column in columns],
            rows=[],
            row_key=key,
            selection=selection,  # type: ignore[arg-type]
            on_select=on_choice,
            pagination=0,
        )
        self._table.classes("table").props(f'flat hide-pagination hide-selected-banner aria-label="{title}" dense')
        for column in columns:
            if column.kind != "text":
                cell = _CELLS[column.kind].format(name=column.name)
                self._table.add_slot(f"body-cell-{column.name}", f'<q-td :props="props">{cell}</q-td>')

    @property
    def element(self) -> ui.table:
        """The table itself, for slots of a page's own."""
        return self._table

    @property
    def chosen(self) -> list[Row]:
        """The rows that are chosen."""
        return list(self._table.selected)

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows; what was chosen of them stays so."""
        if list(rows) == self._table.rows:
            return  # the browser would build each cell anew
        known = {row[self._table.row_key]: row for row in rows}
        key = self._table.row_key
        self._table.selected = [known[row[key]] for row in self._table.selected if row[key] in known]
        self._table.rows = list(rows)


class Pager:
    """The line below a table: which rows are shown, and the way to others.

    Parameters:
        turn: called with the number of the page and the rows a page when another one is wanted.
    """

    def __init__(self, turn: Callable[[int, int], Any]) -> None:
        self._turn = turn
        self._page = 1
        with ui.row().classes("pager") as self._row:
            self._words = ui.label().props("aria-live=polite")
            ui.space()
            self._size = ui.select(
                {size: f"{size} a page" for size in SIZES}, value=SIZES[0], on_change=lambda: self._go(1)
            ).props('dense borderless options-dense aria-label="Rows a page"')
            self._back = ui.button(icon="chevron_left", on_click=lambda: self._go(self._page - 1))
            self._on = ui.button(icon="chevron_right", on_click=lambda: self._go(self._page + 1))
            self._back.props('flat round dense aria-label="Previous page"')
            self._on.props('flat round dense aria-label="Next page"')

    def _go(self, page: int) -> Any:
        return self._turn(page, int(self._size.value or SIZES[0]))

    def show(self, page: int, size: int, total: int) -> None:
        """Show where the table is.

        Parameters:
            page: from 1.
            size: rows a page.
            total: rows in all.
        """
        self._page = page
        first, last = (page - 1) * size + 1, min(page * size, total)
        self._words.text = f"{first:,}–{last:,} of {total:,}" if total else "none"
        self._size.set_value(size)
        self._back.set_enabled(page > 1)
        self._on.set_enabled(last < total)


def _column(column: Column) -> dict[str, Any]:
    classes = "narrow-out" if column.narrow else ""
    return {
        "name": column.name,
        "label": column.title,
        "field": column.name,
        "align": "left",
        "classes": classes,
        "headerClasses": classes,
    }
