"""Plays the engine with or without the project's replacements of its classes, for `test_replaced_classes`.

The arguments are FOLDER and `original` or `replaced`. Prints, as JSON, what the functions of the database answer, what
the consumers of a queue have got, and how waiting ends.
"""

import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import jpype

from embedded.services.kestra.artifacts import engine_jars
from embedded.services.kestra.engine import Engine, EngineConfig
from embedded.services.kestra.launch import class_path
from tests.support.waiting import eventually

LONG = ", ".join(['{"id": "item"}'] * 5_000)
"""Items of a list that makes a document long: it is read without its lists."""
DOCUMENTS = [
    '{"id": "a", "n": 3, "x": 2.5, "yes": true, "text": "12", "none": null, "list": ["p", 1, null], "in": {"id": "b"}}',
    '{"id": "", "n": "no number", "x": 1e300, "yes": "true", "labels": [{"key": "k", "value": "v"}], "in": null}',
    '{"id": "\\u00e9\\ud83d\\ude00 \\"q\\"", "n": 99999999999, "yes": 0, "labels": [], "in": "text", "id2": 1}',
    "[1, 2]",
    '"text"',
    "null",
    "7",
    "",
    "{",
    f'{{"id": "long", "list": [{LONG}], "in": {{"id": "b"}}, "labels": [{{"key": "k", "value": "v"}}], "n": 3}}',
    f'{{"id": "cut", "list": [{LONG}], "in": {{"id": "b"',
    f'{{"in": {{"list": [{LONG}]}}, "list": {{}}, "id": "after"}}',
    f"[{LONG}]",
]
EXPRESSIONS = [
    *[".id", ".n", ".x", ".yes", ".text", ".none", ".list", ".in", ".in.id", ".in.id.deeper", ".missing.id", ".labels"],
    *[".", ".labels[]? | .key", '.labels[]? | select(.key == "k") | .value', '."id"', ".list[0]", ".[", "empty"],
]
FUNCTIONS = ["jqString", "jqBoolean", "jqLong", "jqInteger", "jqDouble", "jqStringArray"]
MESSAGES = 250
BETWEEN_SECONDS = 0.6
TEXTS_TO_ESCAPE = [None, "", 'a"b\\c', "\b\f\n\r\t\x01\x1f \x7f", "é😀"]


class Context(Engine):
    """The engine's application context without its services and its guard: only the test reads the queues."""

    def start_context(self) -> None:
        self.start_java()
        properties = self.java("java.util.HashMap")({"kestra.jdbc.cleaner.initial-delay": "1h"})
        builder = self.java("io.micronaut.context.ApplicationContext").builder()
        self._context = builder.environmentPropertySource(False).properties(properties).start()


def functions(engine: Engine) -> list[Any]:
    """What each function answers to each expression on each document, or the class of its error."""
    java = engine.java("io.kestra.runner.h2.H2Functions")
    answers: list[Any] = [java.escapeJqString(text) for text in TEXTS_TO_ESCAPE]
    for name in FUNCTIONS:
        for document in [*DOCUMENTS, *DOCUMENTS]:
            answers += [answer(getattr(java, name), document, expression) for expression in EXPRESSIONS]
    return [value if value is None else str(value) for value in answers]


def answer(function: Any, *arguments: Any) -> Any:
    try:
        value = function(*arguments)
        return list(value) if isinstance(value, jpype.JArray) else value
    except jpype.JException as error:
        return f"raises {error.getClass().getName()}"


def awaits(engine: Engine) -> list[Any]:
    """What each way to wait gives, and how often it has looked: something that comes, and something that does not."""
    java, millis = engine.java("io.kestra.core.utils.Await"), engine.java("java.time.Duration").ofMillis

    def condition(come_at: int) -> Any:
        return jpype.JProxy("java.util.function.BooleanSupplier", dict={"getAsBoolean": lambda: look(come_at)})

    def supplier(come_at: int) -> Any:
        return jpype.JProxy("java.util.function.Supplier", dict={"get": lambda: "here" if look(come_at) else None})

    def look(come_at: int) -> bool:
        looks.append(come_at)
        return len(looks) >= come_at

    text = jpype.JProxy("java.util.function.Supplier", dict={"get": lambda: "Why"})
    ways: list[list[Any]] = [
        [condition(3)],
        [condition(1), None],
        [condition(3), millis(10)],
        [condition(3), millis(10), millis(5_000)],
        [condition(2), None, millis(5_000)],
        [condition(9), millis(40), millis(100)],
        [text, condition(9), millis(40), millis(100)],
        [supplier(3), millis(10)],
        [supplier(3), millis(10), millis(5_000)],
        [supplier(9), millis(40), millis(100)],
    ]
    answers = []
    for way in ways:
        looks: list[int] = []
        try:
            answers.append([str(java.until(*way)), len(looks)])
        except jpype.JException as error:
            answers.append([error.getClass().getName(), str(error.getMessage()), len(looks)])
    engine.java("java.lang.Thread").currentThread().interrupt()
    looks = []
    answers.append([answer(java.until, condition(2), millis(10)), len(looks)])
    return [[str(part) for part in one] for one in answers]


def queue(engine: Engine) -> dict[str, Any]:
    """What consumers have got: one that is alone, two at once, one of a group, one of what is new; and the rows left.

    Messages that two read at once come in any order, as each leaves out what the other has locked. One message is in a
    transaction that stays open while later ones are read.
    """
    logs = engine.queue("workerTaskLogQueue")
    got: dict[str, list[str]] = {"alone": [], "other": [], "group": [], "new": []}
    emit(engine, logs, range(MESSAGES), None)  # before anybody reads
    emit(engine, logs, range(3), "some")
    worker = engine.java("io.kestra.core.runners.Worker").class_
    stops = [logs.receive(None, engine.java("io.kestra.core.runners.Indexer").class_, into(got["alone"]))]
    eventually(lambda: len(got["alone"]) >= MESSAGES, 60, "the old messages")
    in_order = list(got["alone"])
    stops += [
        logs.receive(None, worker, into(got["other"])),
        logs.receive("some", worker, into(got["group"])),
        logs.receive(None, into(got["new"]), False),
    ]
    eventually(lambda: len(got["other"]) >= MESSAGES, 60, "the old messages again")
    late = insert_late(engine)
    for number in range(MESSAGES, MESSAGES + 5):
        emit(engine, logs, range(number, number + 1), None)
        eventually(lambda number=number: len(got["alone"]) > number, 60, "the next message")
        time.sleep(BETWEEN_SECONDS)  # so that the late one's number is far behind
    late.commit()
    late.close()
    expected = {"alone": MESSAGES + 6, "other": MESSAGES + 6, "group": 3, "new": 5}
    eventually(lambda: all(len(got[name]) >= count for name, count in expected.items()), 60, f"{expected}")
    eventually(lambda: not unmarked(engine), 60, "the marks of both consumers")
    for stop in stops:
        stop.run()
    return {"in order": in_order, "got": {name: sorted(texts) for name, texts in got.items()}, "rows": rows(engine)}


def insert_late(engine: Engine) -> Any:
    """Begin a transaction with a message, a copy of the first one."""
    connection = engine.java("java.sql.DriverManager").getConnection(engine.config.database.url, "sa", "")
    connection.setAutoCommit(False)
    connection.createStatement().execute(
        """
        INSERT INTO queues("type", "key", "value")
        SELECT "type", 'late', "value" FROM queues ORDER BY "offset" LIMIT 1
        """
    )
    return connection


def into(found: list[str]) -> Any:
    return jpype.JProxy(
        "java.util.function.Consumer", dict={"accept": lambda either: found.append(str(either.getLeft().getMessage()))}
    )


def emit(engine: Engine, logs: Any, numbers: range, group: str | None) -> None:
    level = engine.java("org.slf4j.event.Level").INFO
    now = engine.java("java.time.Instant").now()
    for number in numbers:
        entry = engine.java("io.kestra.core.models.executions.LogEntry").builder()
        entry = entry.tenantId("main").namespace("n").flowId("f").executionId("e").level(level).timestamp(now)
        logs.emitOnly(group, entry.message(f"message {number}").build())


def rows(engine: Engine) -> list[list[str]]:
    """Type, consumers in alphabetical order and group of each row, in the order of their offsets."""
    connection = engine.java("java.sql.DriverManager").getConnection(engine.config.database.url, "sa", "")
    result = connection.createStatement().executeQuery(
        'SELECT "type", "consumers", "consumer_group" FROM queues ORDER BY "offset"'
    )
    found = []
    while result.next():
        marks = result.getArray(2)
        consumers = sorted(str(mark) for mark in marks.getArray()) if marks is not None else []
        found.append([str(result.getString(1)), ", ".join(consumers), str(result.getString(3))])
    connection.close()
    return found


def unmarked(engine: Engine) -> list[list[str]]:
    return [row for row in rows(engine) if row[1] != ("worker" if row[2] == "some" else "indexer, worker")]


def main() -> None:
    folder, part = Path(sys.argv[1]), sys.argv[2]
    jars = class_path() if part == "replaced" else engine_jars()
    engine = Context(EngineConfig(folder / "home", folder / "storage", jars, in_memory=True))
    engine.start_context()
    origin = str(engine.java("io.kestra.runner.h2.H2Queue").class_.getProtectionDomain().getCodeSource().getLocation())
    print(
        json.dumps(
            {"origin": origin, "functions": functions(engine), "queue": queue(engine), "awaits": awaits(engine)}
        ),
        flush=True,
    )


if __name__ == "__main__":
    from embedded.services.kestra.launch import leave

    try:
        main()
    except Exception:  # Java's threads would keep the process
        traceback.print_exc()
        leave(1)
    leave(0)
