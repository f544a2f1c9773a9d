"""The Kestra engine and its REST API."""

from dataclasses import dataclass
from pathlib import Path

from catalog import setting, versions
from catalog.setting import Kind
from catalog.spec import Address, Container, Health, ServiceSpec

V1, V2 = "1.3", "2.0"
"""The versions of the engine that the embedded stack runs."""


@dataclass(frozen=True)
class KestraSettings:
    """Settings of the engine."""

    port: int = setting.port("KESTRA_PORT", 8080)
    username: str = setting.email("KESTRA_USERNAME", "admin@kestra.io")
    password: str = setting.secret("KESTRA_PASSWORD", "Admin1234", Kind.STRONG_PASSWORD)
    version: str = setting.choice("KESTRA_VERSION", V1, V2)
    heap: str | None = setting.memory("KESTRA_HEAP")
    retention: str | None = setting.duration("KESTRA_RETENTION")
    compression: int = setting.number("KESTRA_COMPRESSION", 1, 0, 1)
    storage: Path = setting.folder("KESTRA_STORAGE", "kestra-storage")


def storage_of(folder: Path, version: str) -> Path:
    """The internal storage of an engine: that of 2.0 has its own part of the folder, as it writes over keys of 1.3.

    Parameters:
        folder: the setting `storage`.
        version: the engine's.
    """
    return folder / V2 if version == V2 else folder


KESTRA = ServiceSpec(
    name="kestra",
    title="Kestra",
    settings=KestraSettings,
    container=Container(
        name="kestra",
        image=f"kestra/kestra:v{versions.KESTRA}",
        health="curl -sf http://localhost:8081/health",
        memory="3g",
    ),
    order=1,
    starts_by_default=True,
    runs_flows=True,
    addresses=(Address("KESTRA_URL"),),
    health=Health("/health"),
)
