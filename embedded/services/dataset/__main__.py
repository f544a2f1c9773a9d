"""`python -m embedded.services.dataset`."""

import sys

from embedded.services.dataset.cli import main

sys.exit(main())
