"""The loopback address, on which everything listens, and a health check over it."""

from __future__ import annotations

import base64
import http.client

HOST = "127.0.0.1"


def http_ok(port: int, path: str, timeout: float = 5.0, login: tuple[str, str] | None = None) -> bool:
    """Tell whether a local server answers 200. No proxy setting is heeded: it is our own machine.

    Parameters:
        port: on the loopback address.
        path: what to get.
        timeout: seconds.
        login: name and password, where the server asks for them.
    """
    headers = {}
    if login:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
