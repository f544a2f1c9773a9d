"""Run the checks that need no stack, two at a time: `python -m tools.check [NAME...]`.

What a check prints is shown when it has failed. The exit code is 1 if any did.
"""

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 2
PYTEST = ("python", "-m", "pytest", "-p", "no:nbval", "tests/unit")
STACK = "tests/unit/embedded"
CHECKS = {
    "unit-stack": (*PYTEST[:-1], STACK),
    "unit": (*PYTEST, f"--ignore={STACK}"),
    "types": ("mypy",),
    "notebooks": ("python", "-m", "tools.notebook_hygiene"),
    "flows": ("python", "-m", "tools.flow_scripts"),
    "ruff": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "imports": ("lint-imports",),
}
"""What each check runs: a program of the virtual environment, and its arguments; the longest first."""


@dataclass(frozen=True)
class Result:
    """How a check ended."""

    name: str
    code: int
    seconds: float
    output: str


def run(name: str) -> Result:
    """Run one check."""
    began = time.monotonic()
    program, *arguments = CHECKS[name]
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    process = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Result(name, process.returncode, time.monotonic() - began, process.stdout)


def main() -> int:
    """Run the checks named on the command line, or all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CHECKS))
    names = options.parse_args().names or list(CHECKS)
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        options.error(f"there is no check {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(run, names):
            failed += result.code != 0
            print(f"{'failed' if result.code else 'ok':6}  {result.name} ({result.seconds:.1f} s)", flush=True)
            if result.code:
                print(result.output, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
