"""The console's colours, those of the workbook's pictures: as style sheet, for the light and for the dark look."""

from __future__ import annotations

from workbook import theme

_LIGHT = {
    "ground": "#f3f5f8",
    "card": "#ffffff",
    "raised": "#f7f9fb",
    "ink": theme.INK,
    "muted": theme.MUTED,
    "edge": "#d5dbe2",
    "field": "#8b949e",
    "accent": "#0a5fa3",
    "accent-ink": "#ffffff",
    "hover": "#e8eef5",
    "chosen": "#dcebf8",
    "added": "#e3f4ec",
    "removed": "#fbe9df",
    "header": "#12263a",
    "header-ink": "#ffffff",
}
_DARK = {
    "ground": "#0d1117",
    "card": "#161b22",
    "raised": "#1c222b",
    "ink": "#e6edf3",
    "muted": "#9ea7b3",
    "edge": "#30363d",
    "field": "#757f8b",
    "accent": "#6cb6f0",
    "accent-ink": "#0d1118",
    "hover": "#212832",
    "chosen": "#17324a",
    "added": "#12332a",
    "removed": "#3d2418",
    "header": "#0b1826",
    "header-ink": "#e6edf3",
}


def style_sheet() -> str:
    """The variables of both looks, the colours of the states, and the dark colours of the workbook's pictures."""
    light = _LIGHT | {f"state-{state}": fill for state, (fill, _) in theme.STATES.items()}
    light |= {"state-ink": theme.STATE_INK, "state-other": theme.WAITING}
    dark = _DARK | {name: theme.DARK[value] for name, value in light.items() if name.startswith("state-")}
    states = "".join(
        f'[data-state="{state}"]{{--state:var(--state-{state})}}[data-state="{state}"]::before{{content:"{mark}"}}'
        for state, (_, mark) in theme.STATES.items()
    )
    pictures = "".join(
        f'.body--dark .picture [{kind}="{light_colour}"]{{{kind}:{dark_colour}}}'
        for light_colour, dark_colour in theme.DARK.items()
        for kind in ("fill", "stroke")
    )
    return f":root{{{_variables(light)}}}\n.body--dark{{{_variables(dark)}}}\n{states}\n{pictures}\n"


def _variables(values: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())
