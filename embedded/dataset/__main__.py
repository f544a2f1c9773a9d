"""`python -m embedded.dataset`."""

import sys

from embedded.dataset.cli import main

sys.exit(main())
