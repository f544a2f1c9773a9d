"""The command line of the workbook: `python -m workbook run`, `copy`, `lab` and `flows`."""

import argparse
import sys
from pathlib import Path

from workbook import flow_files, runner, working_copy
from workbook.errors import WorkbookError
from workbook.lab import Lab
from workbook.project import ROOT
from workbook.settings import embedded_environment, load


def send_flows(options: argparse.Namespace) -> int:
    """Send flows and their files to the stack that the settings name; 0 if all were taken, 1 if not."""
    lab = Lab(load(ask_stack=embedded_environment))
    try:
        for line in flow_files.send(lab.kestra, options.folder):
            print(line, flush=True)
    except WorkbookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def copy_lessons(options: argparse.Namespace) -> int:
    """Bring the learner's copies of the notebooks up to date, and say what was done; 1 if it cannot be."""
    try:
        for line in working_copy.renew(options.reset).lines(working_copy.COPIES.name):
            print(line)
    except WorkbookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def open_lab(options: argparse.Namespace) -> int:
    """Open JupyterLab until it is stopped; 1 if it does not start."""
    from workbook.jupyter import server  # takes a second to load

    return server.open_lab(options.root.absolute(), options.browser)


def main(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    parser = argparse.ArgumentParser(prog="python -m workbook", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="run lessons headless", description=runner.__doc__)
    runner.add_arguments(run)
    run.set_defaults(command=runner.run)
    flows = commands.add_parser("flows", help="send all flows and their files", description=flow_files.__doc__)
    flows.add_argument("folder", nargs="?", type=Path, default=ROOT / "flows", help="the folder of the flows")
    flows.set_defaults(command=send_flows)
    copy = commands.add_parser("copy", help="copy the notebooks to my-lessons/", description=working_copy.__doc__)
    copy.add_argument(
        "--reset", default="", metavar="LESSON", help="a lesson to copy afresh, such as 04; yours is kept"
    )
    copy.set_defaults(command=copy_lessons)
    lab = commands.add_parser("lab", help="open JupyterLab on my-lessons/; Ctrl-C stops it")
    lab.add_argument("--root", type=Path, default=ROOT, help="the folder to serve, with my-lessons/ in it")
    lab.add_argument("--no-browser", dest="browser", action="store_false", help="only print the address")
    lab.set_defaults(command=open_lab)
    options = parser.parse_args(arguments)
    return int(options.command(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
