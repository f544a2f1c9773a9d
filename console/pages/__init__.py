"""The pages: one module each, found by themselves.

A page is a function below `@page(path)` that builds its content inside of `async with frame(...) as view`. Whatever
blocks goes through `await view.ask(...)`, and what a button does through `await view.attempt(...)`:

    @page("/ui/main/triggers")
    async def triggers() -> None:
        async with frame("Triggers", "Triggers") as view:
            rows = await view.ask(lambda: list(view.kestra.triggers.search_all()))
            ...

The tabs of a flow, an execution and a namespace are modules of `flow_tabs`, `execution_tabs` and `namespace_tabs`, each
with a `TAB` (`console.tabs`). Nothing lists pages or tabs: a new module is there after a restart.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import every page, so that its address is known."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
