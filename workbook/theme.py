"""Colours and fonts of all pictures.

Every picture brings its own soft, opaque card, so that it reads the same on a light and on a dark page. The hues are
Okabe and Ito's, which stay apart for colour-blind eyes; a state also has a mark and its name, never a colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

CARD = "#f7f8fa"
CARD_EDGE = "#c9d1d9"
INK = "#1f2328"
MUTED = "#59636e"
LINE = "#8b949e"
GRID = "#dfe3e8"
NODE = "#ffffff"
CLUSTER = "#eceff3"
FONT = "-apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"

ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
VERMILLION = "#d55e00"
PURPLE = "#cc79a7"
GREY = "#999999"

SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, GREY)

DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 5", "12 4", "1 2", "7 3 2 3 2 3")
"""Lengths of strokes and gaps, so that a line is known without its colour."""
SHAPES: dict[str, tuple[tuple[float, float], ...]] = {
    "circle": (),
    "square": ((-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)),
    "up": ((0, -1.3), (1.25, 0.95), (-1.25, 0.95)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "down": ((0, 1.3), (1.25, -0.95), (-1.25, -0.95)),
    "plus": (
        *((-0.4, -1.3), (0.4, -1.3), (0.4, -0.4), (1.3, -0.4), (1.3, 0.4), (0.4, 0.4)),
        *((0.4, 1.3), (-0.4, 1.3), (-0.4, 0.4), (-1.3, 0.4), (-1.3, -0.4), (-0.4, -0.4)),
    ),
    "left": ((-1.3, 0), (0.95, -1.25), (0.95, 1.25)),
    "right": ((1.3, 0), (-0.95, -1.25), (-0.95, 1.25)),
}
"""Corners of marks of radius 1 (none: a circle), so that a point's series is known without its colour."""


@dataclass(frozen=True)
class StateStyle:
    """How a state looks: fill, the colour of text on it, and a mark for those who do not see the colour."""

    fill: str
    ink: str
    mark: str


_WHITE = "#ffffff"
_STATES = {
    "SUCCESS": StateStyle("#007a59", _WHITE, "✓"),
    "WARNING": StateStyle(ORANGE, INK, "!"),
    "FAILED": StateStyle("#b34e00", _WHITE, "✗"),
    "KILLED": StateStyle(PURPLE, INK, "■"),
    "KILLING": StateStyle(PURPLE, INK, "■"),
    "CANCELLED": StateStyle(PURPLE, INK, "■"),
    "RUNNING": StateStyle(BLUE, _WHITE, "▶"),
    "RETRYING": StateStyle(YELLOW, INK, "↻"),
    "RETRIED": StateStyle(YELLOW, INK, "↻"),
    "PAUSED": StateStyle(SKY, INK, "‖"),
    "SKIPPED": StateStyle("#d0d7de", INK, "–"),
    "QUEUED": StateStyle("#d0d7de", INK, "…"),
    "CREATED": StateStyle("#d0d7de", INK, "…"),
}


def state_style(state: str) -> StateStyle:
    """The look of a state of a task run or an execution."""
    return _STATES.get(state, StateStyle("#d0d7de", INK, "·"))


def series_colour(name: str, position: int) -> str:
    """The colour of a series; the taxis keep the colour of their name."""
    taxis = {"yellow": ORANGE, "green": GREEN}
    return taxis.get(name, SERIES[position % len(SERIES)])
