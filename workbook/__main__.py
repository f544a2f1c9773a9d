"""The command line of the workbook."""

import sys

from workbook.runner import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
