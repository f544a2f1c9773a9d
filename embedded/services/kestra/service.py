"""The Kestra engine and its API as a service of the embedded stack."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import catalog
from catalog.services.aws import AWS
from catalog.services.kestra import KESTRA, V2, storage_of
from embedded.service import Context, ProcessSpec, Service, ServiceError
from embedded.services.kestra import incidents
from embedded.shared.loopback import http_ok
from embedded.shared.private_files import make_private
from embedded.shared.processes import number_runs
from embedded.shared.settings import Settings
from embedded.shared.state_folder import is_ours, mark

_MODULE, _MODULE_2 = "embedded.services.kestra", "embedded.services.kestra.kestra2.server"
_OF_1 = ("retention", "compression")
"""Settings of the 1.3 engine alone."""
_ATTACH_FOLDER = Path("/tmp")  # also where TMPDIR is another: HotSpot's os::get_temp_directory, on Linux


class Kestra(Service):
    """The engine with the REST API; see `embedded.services.kestra`."""

    spec = KESTRA
    start_timeout = 300.0  # the first start may fetch and compile
    grace = 30.0
    patience = 180.0  # a large import or a busy machine can hold up its answers

    def prepare(self, context: Context) -> None:
        """Create the internal storage, for its owner only, and mark it as clearable by `reset`.

        Raises:
            ServiceError: a setting is set that the engine's version does not have.
        """
        storage = context.settings[KESTRA].storage
        if context.settings[KESTRA].version == V2 and context.settings[KESTRA].retention:
            raise ServiceError("KESTRA_RETENTION is a setting of Kestra 1.3: unset it, or leave out KESTRA_VERSION=2.0")
        storage.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_ours(storage):
            mark(storage)  # so that `reset` may clear it
            make_private(storage)

    def command(self, context: Context) -> ProcessSpec:
        """The engine with its API, with what flows read in its environment."""
        settings = context.settings
        is_2 = settings[KESTRA].version == V2
        own = {name: getattr(settings[KESTRA], name) for name in ("heap", *(() if is_2 else _OF_1))}
        required = {**context.required, **_account(settings)}
        env = {
            **self.environment(context),
            **{KESTRA.setting(name).variable: str(value) for name, value in own.items() if value is not None},
            "KESTRA_HOME": str(_home(context)),
            "KESTRA_STORAGE": str(_storage(context)),
            "EMBEDDED_CACHE": str(settings.cache),
            **settings.passed_on,
            **{name: required[name] for spec in catalog.SERVICES for name in spec.process_variables},
            **{f"ENV_{name}": required[name] for spec in catalog.SERVICES for name in spec.seen_by_flows},
            **{f"SECRET_{name}": _base64(required[name]) for spec in catalog.SERVICES for name in spec.secrets},
        }
        return ProcessSpec([sys.executable, "-m", _MODULE_2 if is_2 else _MODULE], env, ends_with_parent=True)

    def healthy(self, context: Context) -> bool:
        """Whether the API answers."""
        return http_ok(self.port(context), "/health")

    def notice(self, context: Context) -> str:
        """Which messages were set aside, and why the engine last ended by itself."""
        return incidents.read(_home(context)).notice

    def remove_traces(self, pid: int) -> None:
        """Remove the socket that the virtual machine leaves in the temporary folder when it is not shut down."""
        if not number_runs(pid):
            (_ATTACH_FOLDER / f".java_pid{pid}").unlink(missing_ok=True)


def _home(context: Context) -> Path:
    """The folder of the engine's state: each version has its own, as neither reads the other's database."""
    version = context.settings[KESTRA].version
    return context.home / version if version == V2 else context.home


def _storage(context: Context) -> Path:
    settings = context.settings[KESTRA]
    return storage_of(settings.storage, settings.version)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _account(settings: Settings) -> dict[str, str]:
    """On the cloud stack, what replaces the embedded AWS: an account's keys go with AWS's own addresses only."""
    if not settings.real_aws:
        return {}
    own = settings[AWS]
    return {
        "AWS_ENDPOINT_URL": own.endpoint_url or "",  # empty, AWS's clients take it as not set
        "AWS_ACCESS_KEY_ID": own.access_key_id,
        "AWS_SECRET_ACCESS_KEY": own.secret_access_key,
        "AWS_REGION": own.region,
        "AWS_DEFAULT_REGION": own.region,
    }
