"""`python -m embedded`: the command of the embedded stack."""

import sys
from pathlib import Path

if not __package__:  # run by its path, from any folder: `python /path/to/embedded up`
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from embedded.cli import main
from embedded.stack import EMBEDDED

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], EMBEDDED))
