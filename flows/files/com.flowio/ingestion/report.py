"""How the verification of a load ends."""

import sys
from collections.abc import Callable, Mapping

from kestra import Kestra

from ingestion.frame import Finding, verify


def report(checks: Mapping[str, Callable[[], Finding]]) -> None:
    """Check every store, publish what was found, and fail, naming each store that does not hold the file.

    Parameters:
        checks: for each store, by its name, the function that compares it with the file.
    """
    result = verify(checks)
    for store in checks:
        Kestra.gauge("healthy", int(store not in result.problems), {"store": store})
    Kestra.outputs({"stores": result.values})
    if result.problems:
        sys.exit(f"Not every store holds the file: {result.text}. Run the flow again when it is well.")
