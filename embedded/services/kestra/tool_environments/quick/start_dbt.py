"""Starts dbt with less work, in dbt's own environment.

dbt makes some hundred thousand objects as it is imported, which stay: Python's collector looks at them again and again,
and then leaves them alone. mashumaro writes and compiles conversions of each of dbt's classes as it is imported; here
it does so for those that are used, as they are used.
"""

import gc
import sys
from importlib import import_module


def main() -> int:
    """Run the command line's command; gives the exit code."""
    gc.disable()
    import_module("mashumaro.config").BaseConfig.lazy_compilation = True
    import_module("dbt.adapters.athena")
    cli = import_module("dbt.cli.main").cli
    gc.freeze()
    gc.enable()
    sys.argv[0] = "dbt"
    return int(cli() or 0)


if __name__ == "__main__":
    sys.exit(main())
