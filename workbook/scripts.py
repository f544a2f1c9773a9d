"""Runs the project's own scripts with the settings of the lab, as a terminal would with `.env`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workbook.errors import WorkbookError
from workbook.settings import Settings

SECONDS = 300


class ScriptFailed(WorkbookError):
    """A script ended with another exit code than 0."""


def run(settings: Settings, script: str, *arguments: str) -> str:
    """Run a Python script of the project; gives what it printed.

    Parameters:
        settings: the script gets their AWS account and data address.
        script: its path from the project's folder.

    Raises:
        ScriptFailed: it did not end well; the message has its last words.
    """
    path = settings.root / script
    done = subprocess.run(
        [sys.executable, str(path), *arguments],
        cwd=settings.root,
        env={**os.environ, **_environment(settings)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise ScriptFailed(
            f"{Path(script).name} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}"
        )
    return _without_address(done.stdout, settings)


def _without_address(text: str, settings: Settings) -> str:
    """The text without the address of the embedded stack, whose port differs from day to day."""
    url = settings.aws_endpoint_url
    return text.replace(url, "AWS_ENDPOINT_URL") if url else text


def _environment(settings: Settings) -> dict[str, str]:
    variables = {
        "AWS_ENDPOINT_URL": settings.aws_endpoint_url,
        "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key,
        "INSIGHTFLOW_BASE_URL": settings.for_flows(settings.insightflow_base_url),
    }
    return {name: value for name, value in variables.items() if value}
