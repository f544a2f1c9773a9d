"""Where the JDBC drivers are that are loaded at their first use: those of SQLite and MySQL."""

from pathlib import Path

from embedded.services.kestra import artifacts
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.shared.downloads import ArtifactError

PREFIX = "io.kestra.plugin.jdbc."


@body(PREFIX + "sqlite.Driver")
def sqlite(task: Task) -> Outputs:
    """The driver unpacks its library; where the engine leaves it behind, the next start removes it."""
    return {"jar": str(_driver("sqlite")), "settings": {"org.sqlite.tmpdir": str(task.scratch_folder)}}


@body(PREFIX + "mysql.Driver")
def mysql(task: Task) -> Outputs:
    """The driver of MySQL, which MariaDB's servers understand too."""
    return {"jar": str(_driver("mysql"))}


def _driver(database: str) -> Path:
    try:
        return artifacts.lazy_driver(database)
    except ArtifactError as problem:
        raise TaskError(
            f"The driver of {database} is not there yet and could not be fetched. With a network, run `make setup` "
            f"once. {problem}"
        ) from problem
