"""Builds the command and the environment of a job, from definition, overrides and the variables that Batch adds.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.services.aws.batch.attempt import JOB_ID
from embedded.services.aws.sts.store import Session

_REFERENCE = "Ref::"
_OF_THE_MACHINE = ("HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def build_command(job: Mapping[str, Any]) -> list[str]:
    """Substitute the parameters of a job into its command.

    Parameters:
        job: in Batch's shape; `Ref::name` in its command is replaced by the parameter of that name.
    """
    parameters = job.get("parameters", {})
    words = job["container"].get("command", [])
    return [
        parameters.get(word.removeprefix(_REFERENCE), word) if word.startswith(_REFERENCE) else word for word in words
    ]


def build_environment(
    job: Mapping[str, Any], region: str, compute_environment: str, endpoint: str, session: Session | None
) -> dict[str, str]:
    """Build the environment of an attempt.

    The emulator's own variables are not inherited, as they have the account's keys. `python` is the interpreter that
    runs this stack.

    Parameters:
        job: in Batch's shape.
        region: region of the job.
        compute_environment: name of the compute environment.
        endpoint: URL of the emulator.
        session: session of the job's role; None without a role, then the job has no keys, as on AWS.
    """
    inherited = {name: os.environ[name] for name in (*_OF_THE_MACHINE, *_PROXIES) if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    own = {item["name"]: item["value"] for item in job["container"].get("environment", [])}
    batch = {
        JOB_ID: job["jobId"],
        "AWS_BATCH_JOB_ATTEMPT": str(len(job["attempts"]) + 1),
        "AWS_BATCH_JQ_NAME": job["jobQueue"].rpartition("/")[2],
        "AWS_BATCH_CE_NAME": compute_environment,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
    }
    python = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**inherited, "PATH": path, **python, **batch, **_keys(session), **own}


def _keys(session: Session | None) -> dict[str, str]:
    if session is None:
        return {}
    return {
        "AWS_ACCESS_KEY_ID": session.access_key,
        "AWS_SECRET_ACCESS_KEY": session.secret,
        "AWS_SESSION_TOKEN": session.token,
    }
