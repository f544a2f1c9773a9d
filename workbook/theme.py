"""Colours and fonts of all pictures.

Every picture brings its own opaque card, so that it reads on a light and on a dark page. The card has two sets of
colours: it is drawn in the light one, and `DARK` says what each colour becomes where the page is dark. In both, a text
has a contrast of 4.5 to 1 to its ground, a line or a shape 3 to 1. The hues follow those of Okabe and Ito, which stay
apart for colour-blind eyes; a state also has a mark and its name, never a colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

CARD = "#f7f8fa"
CARD_EDGE = "#c9d1d9"
INK = "#1f2328"
MUTED = "#59636e"
LINE = "#6e7781"
GRID = "#dfe3e8"
NODE = "#fdfdfe"
CLUSTER = "#eceff3"
FONT = "-apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"

ORANGE = "#b56f00"
SKY = "#2a86b8"
GREEN = "#008560"
YELLOW = "#857c00"
BLUE = "#0a5fa3"
VERMILLION = "#c24e00"
PURPLE = "#ad5286"
GREY = "#757575"

SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, GREY)

DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 5", "12 4", "4 2 1 2 1 2", "7 3 2 3 2 3")
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


STATE_INK = "#ffffff"
GOOD, WARN, BAD, STOPPED = "#007a59", "#8a5a00", "#b34700", "#93477a"
GOING, AGAIN, PAUSED, WAITING = "#0072b2", "#6e6600", "#1d6f94", "#5a646f"
STATES = {
    "SUCCESS": (GOOD, "✓"),
    "WARNING": (WARN, "!"),
    "FAILED": (BAD, "✗"),
    "KILLED": (STOPPED, "■"),
    "KILLING": (STOPPED, "■"),
    "CANCELLED": (STOPPED, "■"),
    "RUNNING": (GOING, "▶"),
    "RETRYING": (AGAIN, "↻"),
    "RETRIED": (AGAIN, "↻"),
    "PAUSED": (PAUSED, "‖"),
    "SKIPPED": (WAITING, "–"),
    "QUEUED": (WAITING, "…"),
    "CREATED": (WAITING, "…"),
}

DARK = {
    CARD: "#161b22",
    CARD_EDGE: "#3d444d",
    INK: "#e6edf3",
    MUTED: "#9ea7b3",
    LINE: "#8b949e",
    GRID: "#2d333b",
    NODE: "#0d1117",
    CLUSTER: "#21262d",
    ORANGE: "#e69f00",
    SKY: "#79c7f2",
    GREEN: "#1fb387",
    YELLOW: "#f0e442",
    BLUE: "#3f93d6",
    VERMILLION: "#f07028",
    PURPLE: "#d98cb6",
    GREY: "#a0a0a0",
    STATE_INK: "#0d1118",
    GOOD: "#3fc79a",
    WARN: "#e6a82e",
    BAD: "#ff9459",
    STOPPED: "#dd9bc4",
    GOING: "#6cb6f0",
    AGAIN: "#e3d84a",
    PAUSED: "#8ed4f7",
    WAITING: "#aab2bc",
}
"""What each colour of a picture becomes on a dark page."""


def state_style(state: str) -> StateStyle:
    """The look of a state of a task run or an execution."""
    fill, mark = STATES.get(state, (WAITING, "·"))
    return StateStyle(fill, STATE_INK, mark)


def series_colour(name: str, position: int) -> str:
    """The colour of a series; the taxis keep the colour of their name."""
    taxis = {"yellow": ORANGE, "green": GREEN}
    return taxis.get(name, SERIES[position % len(SERIES)])
