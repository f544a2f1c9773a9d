"""A tiny service process. Arguments: how to behave, and a port for the ones that serve."""

import http.server
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from embedded.shared.parent_watch import exit_with_parent


class _Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(port: int) -> None:
    """Answer health checks, after a delay; start a child in a session of its own, as a task's script may be."""
    exit_with_parent(grace=1)
    subprocess.Popen(["sleep", "987"], start_new_session=True)
    if order := os.environ.get("FAKE_DAEMON"):  # as a task's script may leave one: without parent, mark and session
        subprocess.Popen(["sh", "-c", f"setsid env -i {order} & :"])
    time.sleep(float(os.environ.get("FAKE_DELAY", "0")))
    print(f"serving on {port}", flush=True)
    http.server.ThreadingHTTPServer(("127.0.0.1", port), _Health).serve_forever()


def leave(order: Path) -> None:
    """Wait for a file, and leave with a reason."""
    while not order.exists():
        time.sleep(0.05)
    order.unlink()
    print("the engine is lost", flush=True)
    sys.exit(4)


def main() -> None:
    """Behave as told."""
    behaviour = sys.argv[1]
    if behaviour == "serve":
        serve(int(sys.argv[2]))
    if behaviour == "broken":
        sys.exit("the reason is in the log")
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour != "slow":
        print("ready", flush=True)
    if behaviour == "leaving":
        leave(Path(sys.argv[2]))
    time.sleep(987)


main()
