"""An engine of Kestra 2.0 as a process: `python -m embedded.services.kestra.kestra2`.

It answers each line of its standard input, a JSON object, with a line on its standard output:

- `{"validate": [source, ...]}` with what `Trials.validate` returns,
- `{"run": source, "others": [source, ...], "inputs": {...}, "seconds": 60}` with what `Trials.run` returns,
- `{"dates": source, "trigger": id, "after": date, "count": 5}` with what `Trials.dates` returns.

Its first line is `{"ready": seconds}`, with the time that the start took, or `{"error": reason}`. A question that has
no answer gets an `error` too. It ends with its standard input.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from embedded.services.kestra.compiler import CompileError
from embedded.services.kestra.kestra2.engine import Engine2, Engine2Config, Engine2Error
from embedded.services.kestra.kestra2.trials import Trials
from embedded.shared.downloads import ArtifactError
from embedded.shared.python_environments import EnvironmentProblem


def answer(trials: Trials, question: dict[str, Any]) -> Any:
    """What the engine answers.

    Raises:
        Engine2Error: it has no answer.
    """
    if "validate" in question:
        return trials.validate(question["validate"])
    if "dates" in question:
        return trials.dates(question["dates"], question["trigger"], question["after"], question["count"])
    return trials.run(question["run"], question["others"], question["inputs"], question["seconds"])


def serve(home: Path) -> None:
    """Start an engine and answer until the end of the standard input.

    Parameters:
        home: an empty folder for the engine's state.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what else is printed must not get between the answers

    def write(value: Any) -> None:
        answers.write(json.dumps(value, ensure_ascii=False) + "\n")
        answers.flush()

    try:
        began = time.monotonic()
        engine = Engine2(Engine2Config(home, home / "storage", in_memory=True))
        engine.start_context()
    except (ArtifactError, EnvironmentProblem, CompileError) as problem:
        write({"error": str(problem)})
        return
    write({"ready": round(time.monotonic() - began, 1)})
    for line in sys.stdin:
        try:
            write(answer(Trials(engine), json.loads(line)))
        except Engine2Error as problem:
            write({"error": str(problem)})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kestra-2-", ignore_cleanup_errors=True) as folder:
        serve(Path(folder))
        sys.stdout.flush()
    os._exit(0)  # at once: nothing of the engine lasts, and its threads may still wait for something
