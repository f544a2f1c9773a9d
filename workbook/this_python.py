"""Says which Python a notebook needs, if it runs on another one; it imports nothing that might be missing.

A notebook whose kernel is of another environment fails at `import workbook`, and a package's name tells nobody why.
"""

import importlib.util
import sys
from pathlib import Path

NEEDED = ("IPython", "dotenv", "pandas", "psycopg2", "requests", "sqlalchemy", "tqdm", "yaml")
REMEDY = (
    "This notebook runs on {python}, which lacks {missing}.\n"
    "Choose the kernel of the project's own environment, {venv}: `make lab` opens JupyterLab with it, in VS Code it is "
    "`Select Kernel`. Where there is no such folder, `make setup` makes it."
)


def check() -> None:
    """Reject a Python without the project's packages.

    Raises:
        ImportError: what is missing, and which Python to choose.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        venv = Path(__file__).resolve().parent.parent / ".venv"
        raise ImportError(REMEDY.format(python=sys.executable, missing=", ".join(missing), venv=venv))


check()
