import sys

from embedded.cli.commands import main
from embedded.registry import EMBEDDED

sys.exit(main(sys.argv[1:], EMBEDDED))
