"""`python -m embedded`: the command of the embedded stack."""

import sys

from embedded.cli import main
from embedded.stack import EMBEDDED

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], EMBEDDED))
