"""The command line of the workbook: `python -m workbook run` and `python -m workbook flows`."""

import argparse
import sys
from pathlib import Path

from workbook import flow_files, runner
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
    options = parser.parse_args(arguments)
    return int(options.command(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
