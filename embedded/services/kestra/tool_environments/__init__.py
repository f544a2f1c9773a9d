"""Command-line tools that tasks run, each in its own environment: their packages conflict with the project's.

A tool is a `.lock` in this folder: every package with its version and hashes, for each Python from 3.11 on. Its
environment is built once, in the cache that all checkouts share, and used without network afterwards.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from embedded.shared.python_environments import locked

LOCKS = Path(__file__).parent
TOOLS = ("dbt", "aws")
QUICK = LOCKS / "quick"
"""The folder of a `dbt` that starts with less work, where `DBT_COMMANDS` is the folder of dbt's own command."""


def commands(tool: str) -> Path:
    """The folder that holds a tool's command, built at its first use.

    Parameters:
        tool: one of `TOOLS`.

    Raises:
        EnvironmentProblem: it is not built yet and its packages could not be fetched.
    """
    return locked(
        LOCKS / f"{tool}.lock",
        f"The packages of the command `{tool}` are not installed yet and could not be fetched. "
        "With a network, run `make setup` once",
    )


def prewarm() -> None:
    """Build the environments of all tools ahead of their use. Raises EnvironmentProblem, as `commands` does."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(commands, TOOLS))
