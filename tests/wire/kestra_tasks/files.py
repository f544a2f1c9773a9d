"""Files that flows of the tests begin with, and conversions of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from amazon.ion.simple_types import IonPyNull

from tests.wire.kestra_tasks.client import Execution, Kestra, Task

SERDES = "io.kestra.plugin.serdes."
MOMENTS = (
    '{String:"string",Int:2,Float:3.2e0,Decimal:1.10,Instant:2021-05-05T10:21:12.123Z,'
    'ZonedDateTime:ZonedDateTime::"2021-05-05T12:21:12.123456+02:00",'
    'LocalDateTime:LocalDateTime::"2021-05-05T12:21:00",'
    'OffsetDateTime:OffsetDateTime::"2021-05-05T12:21:12.123456+02:00",LocalDate:2021-05-05,'
    'LocalTime:LocalTime::"12:21:12.123456",OffsetTime:OffsetTime::"12:21:12.123456+02:00",Empty:null}'
)
"""A row of every type, as the engine writes it to a file."""


def file(text: str, extension: str = ".txt") -> Task:
    """A task `file` that makes a file of a text."""
    content = "{% raw %}" + text + "{% endraw %}" if "{{" in text or "{%" in text else text
    return {"id": "file", "type": "io.kestra.plugin.core.storage.Write", "content": content, "extension": extension}


def convert(kind: str, source: str = "file", **properties: Any) -> Task:
    """A task that converts what another one made.

    Parameters:
        kind: the end of the type's name, such as `csv.CsvToIon`.
        source: the id of the other task.
        properties: those of the task beside `from`.
    """
    return {"type": SERDES + kind, "from": f"{{{{ outputs.{source}.uri }}}}", **properties}


def converted(kestra: Kestra, text: str, kind: str, **properties: Any) -> Execution:
    """The execution in which a task converts a text."""
    return kestra.ok(file(text), convert(kind, **properties))


def converted_all(kestra: Kestra, kind: str, cases: Sequence[tuple[str, dict[str, Any]]]) -> Execution:
    """The one execution in which the task `task0` converts the first text by its properties, `task1` the second."""
    tasks = [
        task
        for number, (text, properties) in enumerate(cases)
        for task in (
            {**file(text), "id": f"file{number}"},
            convert(kind, f"file{number}", id=f"task{number}", **properties),
        )
    ]
    return kestra.ok(*tasks)


def rows(kestra: Kestra, run: Execution, task: str = "task") -> list[Any]:
    """The records of the ION file that a task made, and that it counted as many."""
    found = plain(kestra.ion(run.outputs(task)["uri"]))
    assert run.outputs(task)["size"] == len(found)
    return found


def plain(value: Any) -> Any:
    """A value of an ION file with None for each null."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return None if isinstance(value, IonPyNull) else value
