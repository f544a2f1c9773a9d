"""Small things that stand in lines and tables: states, moments, durations, labels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nicegui import ui


def state(name: str) -> ui.label:
    """A state on its colour, with its mark and its name."""
    return ui.label(name).classes("state").props(f'data-state="{name}"')


def moment(when: datetime | None) -> ui.element:
    """A moment, which the browser shows in its own time zone; nothing if there is none."""
    element = ui.element("time")
    if when is not None:
        element.props(f'datetime="{when.isoformat()}"')
    return element


def span(seconds: float) -> str:
    """A time span in words: `0.4 s`, `1 min 5 s`, `2 h 3 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: int | None) -> str:
    """A number of bytes in words."""
    if count is None:
        return "gone"
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def labels(pairs: Mapping[str, str]) -> None:
    """Labels, one beside the other."""
    with ui.element("span").classes("labels"):
        for key, value in pairs.items():
            ui.label(f"{key}: {value}").classes("label-chip")


def empty(text: str) -> None:
    """What is shown where there is nothing."""
    with ui.element("div").classes("empty"):
        ui.icon("inbox").props("aria-hidden=true")
        ui.label(text)


def facts(pairs: Mapping[str, str]) -> None:
    """Words with their values, one a line; those without a value are left out."""
    with ui.element("dl").classes("facts"):
        for word, value in pairs.items():
            if value:
                with ui.element("dt"):
                    ui.label(word)
                with ui.element("dd"):
                    ui.label(value)
