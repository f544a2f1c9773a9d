"""The engine on disk with its API, and a door for the tests to its database, in a process of its own.

The arguments are FOLDER and PORT. `POST /test/sql` executes a statement, `POST /test/shutdown` is what the engine does
after a fatal error. `POST /test/states/read` reads the states of all triggers, `POST /test/states/write` writes them
back, as the engine does when an execution ends. `POST /test/purge` deletes what is older than the moment in its body.
"""

import logging
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import jpype
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.services.kestra import retention
from embedded.services.kestra.api.app import create_app
from embedded.services.kestra.launch import ProcessSettings, leave, leave_with_engine, start_engine

USER = ("admin@kestra.io", "Admin1234")


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    logging.basicConfig(level=logging.INFO, stream=sys.stdout)
    settings = ProcessSettings(folder / "home", folder / "storage", port, *USER)
    engine = start_engine(settings)
    leave_with_engine(engine)

    async def sql(request: Request) -> Response:
        asked = await request.json()
        connection = jpype.JClass("java.sql.DriverManager").getConnection(engine.config.database.url, "sa", "")
        statement = connection.prepareStatement(asked["statement"])
        for position, value in enumerate(asked.get("values", []), 1):
            statement.setString(position, value)
        statement.execute()
        connection.close()
        return JSONResponse({})

    states = engine.bean("io.kestra.core.runners.SchedulerTriggerStateInterface")
    kept: list[Any] = []

    def read_states(request: Request) -> Response:
        kept[:] = engine.bean("io.kestra.core.repositories.TriggerRepositoryInterface").findAllForAllTenants()
        return JSONResponse({})

    def write_states(request: Request) -> Response:
        for trigger in kept:
            states.update(trigger)
        return JSONResponse({})

    async def purge(request: Request) -> Response:
        before = datetime.fromisoformat((await request.json())["before"])
        return JSONResponse({"executions": retention.purge(engine, before)})

    def shutdown(request: Request) -> Response:
        engine.java("io.kestra.core.contexts.KestraContext").getContext().shutdown()
        return JSONResponse({})

    app = create_app(engine, replace(settings))
    app.router.routes[:0] = [
        Route("/test/sql", sql, methods=["POST"]),
        Route("/test/states/read", read_states, methods=["POST"]),
        Route("/test/states/write", write_states, methods=["POST"]),
        Route("/test/purge", purge, methods=["POST"]),
        Route("/test/shutdown", shutdown, methods=["POST"]),
    ]
    try:
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
    finally:
        engine.close()
    leave(0)


if __name__ == "__main__":
    main()
