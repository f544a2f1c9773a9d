"""The commands `check` and `upgrade`: flows of folders on Kestra 2.0."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from flowtests.documents import display_path
from flowtests.errors import FlowTestError
from flowtests.flows import FlowFile
from flowtests.folder import Folder
from flowtests.kestra2.check import Verdict, check
from flowtests.kestra2.engine import Kestra2
from flowtests.kestra2.report import describe, summary
from flowtests.stack import VARIABLE

COMMANDS = ("check", "upgrade")
VERSIONS = ("2.0",)
SUFFIX = ".kestra-2.0"
"""After the file's own suffix: neither Kestra's tools nor these tests take such a copy for a second flow."""
VERSION_VARIABLE = "KESTRA_VERSION"
"""The setting of the stack that the tests run on."""
PASSED, FAILED, USAGE = 0, 1, 4


def main(arguments: Sequence[str]) -> int:
    """Run a command.

    Parameters:
        arguments: its name and what follows it.

    Returns:
        The exit code: 0 if every flow passes (for `upgrade`: after the upgrade), 1 if one does not, 4 if nothing was
        checked.
    """
    options = _parser().parse_args(arguments)
    try:
        folders = [Folder.of(path) for path in options.folders]
        flows = [flow for folder in folders for flow in folder.all_flows()]
        verdicts = _check(flows)
    except FlowTestError as error:
        print(error, file=sys.stderr)
        return USAGE
    broken = [str(problem) for folder in folders for problem in folder.broken.values()]
    if options.command == "upgrade":
        passed = _write_copies(verdicts)
    else:
        print("\n\n".join(describe(verdict) for verdict in verdicts))
        passed = all(verdict.passes for verdict in verdicts)
    tested = options.command == "upgrade" or _run_tests(folders)
    print("\n".join([*broken, "", summary(verdicts)]), flush=True)
    return PASSED if passed and tested and not broken else FAILED


def _run_tests(folders: Sequence[Folder]) -> bool:
    """Run the flow tests of folders on an engine of 2.0, on flows as the upgrade writes them; tells whether all pass.

    A folder without tests of its own in YAML or in Python starts no engine.
    """
    tested = [str(folder.root) for folder in folders if folder.all_suites() or any(folder.root.rglob("test_*.py"))]
    if not tested:
        return True
    print("\nThe flow tests, on Kestra 2.0:", flush=True)
    others = {name: value for name, value in os.environ.items() if name != VARIABLE}  # that engine is of 1.3
    environment = {**others, VERSION_VARIABLE: VERSIONS[0]}
    done = subprocess.run([sys.executable, "-m", "flowtests", *tested], env=environment, check=False)
    return done.returncode == PASSED


def _check(flows: Sequence[FlowFile]) -> list[Verdict]:
    if not flows:
        raise FlowTestError("There is no flow in the folder.")
    print(
        "Starting the engine of Kestra 2.0; the first time, it is fetched (160 MB and a Java runtime).", file=sys.stderr
    )
    with Kestra2() as engine:
        began = time.monotonic()
        verdicts = check(engine, flows)
        seconds = time.monotonic() - began
        print(f"The engine was up in {engine.ready_seconds:.1f} s and checked in {seconds:.1f} s.", file=sys.stderr)
    return verdicts


def _write_copies(verdicts: Sequence[Verdict]) -> bool:
    """Write the upgraded flows beside their originals; tells whether all flows pass then."""
    several = {file for file in _files(verdicts) if _files(verdicts).count(file) > 1}
    for verdict in verdicts:
        file = verdict.flow.document.file
        copy = file.with_name(file.name + SUFFIX)
        if file in several:
            print(f"{display_path(file)} holds several flows, and no copy of it is written: split it")
        elif verdict.changed:
            copy.write_text(verdict.text, encoding="utf-8")
            state = "passes" if verdict.passes_upgraded else f"fails: {verdict.complaint(verdict.upgraded).message}"
            print(f"{display_path(copy)}: {state}")
        else:
            copy.unlink(missing_ok=True)
        for finding in sorted(verdict.findings.left):
            print(f"  left for you: {display_path(file)}:{finding.line}: {finding.message}")
    return all(verdict.passes_upgraded for verdict in verdicts)


def _files(verdicts: Sequence[Verdict]) -> list[Path]:
    return [verdict.flow.document.file for verdict in verdicts]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flowtests", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in zip(COMMANDS, ("report what fails, and what would pass", "write copies that pass"), strict=True):
        command = commands.add_parser(name, help=text)
        command.add_argument("folders", nargs="+", type=Path, help="folder of flows, or one file in it")
        command.add_argument("--kestra", choices=VERSIONS, default=VERSIONS[0], help="the version to check on")
    return parser
