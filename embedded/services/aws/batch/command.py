"""What a job runs: its command and environment, put together from definition, overrides and what Batch adds."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.services.aws.batch.attempt import JOB_ID
from embedded.services.aws.sts.sessions import Session

_REFERENCE = "Ref::"
_OF_THE_MACHINE = ("HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def command(job: Mapping[str, Any]) -> list[str]:
    """A job's command with its parameters in it.

    Parameters:
        job: in Batch's shape; `Ref::name` in its command stands for the parameter of that name.
    """
    parameters = job.get("parameters", {})
    words = job["container"].get("command", [])
    return [
        parameters.get(word.removeprefix(_REFERENCE), word) if word.startswith(_REFERENCE) else word for word in words
    ]


def environment(
    job: Mapping[str, Any], region: str, compute_environment: str, endpoint: str, session: Session | None
) -> dict[str, str]:
    """All variables of an attempt.

    The service's own stay behind: they hold the account's keys. `python` is the interpreter that runs this stack.

    Parameters:
        job: in Batch's shape.
        region: where it runs.
        compute_environment: its name.
        endpoint: of this AWS.
        session: the job's role; None if it has none, and then the job has no keys, as on AWS.
    """
    ours = {name: os.environ[name] for name in (*_OF_THE_MACHINE, *_PROXIES) if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    told = {item["name"]: item["value"] for item in job["container"].get("environment", [])}
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
    return {**ours, "PATH": path, **python, **batch, **_keys(session), **told}


def _keys(session: Session | None) -> dict[str, str]:
    if session is None:
        return {}
    return {
        "AWS_ACCESS_KEY_ID": session.access_key,
        "AWS_SECRET_ACCESS_KEY": session.secret,
        "AWS_SESSION_TOKEN": session.token,
    }
