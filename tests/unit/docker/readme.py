"""The tables of README that say what services and settings there are."""

import re


def service_rows(text: str) -> dict[str, str]:
    """The rows of the table of services, by the service's name."""
    table = text.partition("| service of the embedded stack |")[2].partition("\n\n")[0]
    return {line.split("|")[1].strip(): line for line in table.splitlines() if line.startswith("| ")}


def setting_names(text: str) -> set[str]:
    """The variables in the table of settings, those too that are shortened to `_PORT` after a full one."""
    table = text.partition("| setting | default |")[2].partition("\n\n")[0]
    names: set[str] = set()
    for line in table.splitlines():
        first = ""
        for name in re.findall(r"`(_?[A-Z][A-Z_]+)`", line.split("|")[1] if "|" in line else ""):
            first = first or name.rpartition("_")[0]
            names.add(first + name if name.startswith("_") else name)
    return names
