"""The entries: one module per service, named as the service.

To add a service, add its module here and `embedded/services/<name>/service.py` with a `Service` whose `spec` is the
entry. Both are discovered; nothing else lists services.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from catalog.spec import ServiceSpec


def _entries() -> list[ServiceSpec[Any]]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return [value for module in modules for value in vars(module).values() if isinstance(value, ServiceSpec)]


SERVICES: tuple[ServiceSpec[Any], ...] = tuple(sorted(_entries(), key=lambda spec: (spec.order, spec.name)))
