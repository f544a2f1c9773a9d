"""`python -m flowtests FOLDER ... [pytest's options]`: validate the flows of folders and run their tests."""

import glob
import shlex
import sys

import pytest

PLUGINS = ["-p", "flowtests.plugin", "-p", "no:nbval", "-p", "no:hypothesispytest"]
"""With the flows' plug-in, without two that take seconds to load and have nothing to do with flows."""


def arguments(command_line: list[str]) -> list[str]:
    """The command line of pytest: what comes before the first option are folders of flows."""
    folders = []
    for argument in command_line:
        if argument.startswith("-"):
            break
        folders.append(argument)
    flows = [part for folder in folders or ["."] for part in ("--flows", folder)]
    # pytest reads the rules that stand there first. Without any, it would read those of the folder `tests` that it is
    # started beside, such as this project's own.
    paths = "testpaths=" + shlex.join(glob.escape(folder) for folder in folders or ["."])
    return [*PLUGINS, "--verbosity=1", "-o", paths, *flows, *command_line[len(folders) :]]


if __name__ == "__main__":
    if "-h" in sys.argv[1:] or "--help" in sys.argv[1:]:
        print(__doc__)
        sys.exit(0)
    sys.exit(pytest.main(arguments(sys.argv[1:])))
