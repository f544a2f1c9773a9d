"""`python -m flowtests FOLDER ... [pytest's options]`: validate the flows of folders and run their tests.

`python -m flowtests check FOLDER` tells what of them fails on Kestra 2.0, and `python -m flowtests upgrade FOLDER`
writes copies that pass. (A folder of such a name is `./check`.)
"""

import sys
from itertools import takewhile

import pytest

from flowtests.kestra2 import command

PLUGINS = ["-p", "flowtests.plugin", "-p", "no:nbval", "-p", "no:hypothesispytest"]
"""With the flows' plug-in, without two that take seconds to load and have nothing to do with flows."""


def arguments(command_line: list[str]) -> list[str]:
    """The command line of pytest: what comes before the first option are folders of flows."""
    named = list(takewhile(lambda argument: not argument.startswith("-"), command_line))
    folders = named or ["."]
    flows = [part for folder in folders for part in ("--flows", folder)]
    # pytest reads the rules of the folders that it is told. Told none, it would read those of the folder `tests` that
    # it is started beside, such as this project's own.
    return [*PLUGINS, "--verbosity=1", *flows, *folders, *command_line[len(named) :]]


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(0)
    if sys.argv[1:2] and sys.argv[1] in command.COMMANDS:
        sys.exit(command.main(sys.argv[1:]))
    sys.exit(pytest.main(arguments(sys.argv[1:])))
