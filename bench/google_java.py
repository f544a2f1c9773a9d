"""Whether Google's own Java clients, made as Kestra's tasks make them, work on the embedded Google Cloud.

    .venv/bin/python -m bench.google_java

In containers they reach it by Google's names (docker/compose.gcp.yml). Here a proxy of this process leads those names
to it, with the same certificate and the same truststore. It needs a JDK and Maven, which fetches a hundred jars the
first time; that is why no test does this.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from embedded.services.gcp import KEY_FILE
from embedded.services.gcp.certificate import TRUSTSTORE, TRUSTSTORE_PASSWORD
from embedded.shared.paths import cache_folder

ROOT = Path(__file__).resolve().parent.parent

SOURCE = Path(__file__).with_suffix("")
GOOGLE_S = "https://oauth2.googleapis.com/token"
PIECE = 1 << 16


def main() -> int:
    """Build, serve, run; the exit code is 0 if all of it held."""
    jars = _jars()
    with TemporaryDirectory() as folder:
        subprocess.run(["javac", "-cp", f"{jars}/*", "-d", folder, str(SOURCE / "Check.java")], check=True)
        home, port, tls = Path(folder), _free_port(), _free_port()
        variables = {"GCP_HOME": folder, "GCP_PORT": str(port), "GCP_TLS_PORT": str(tls)}
        with subprocess.Popen(
            [sys.executable, "-m", "embedded.services.gcp"], cwd=ROOT, env=os.environ | variables
        ) as service:
            try:
                proxy = _proxy(tls)
                _await(port)
                java = ["java", *_options(home, proxy), "-cp", f"{folder}:{jars}/*", "Check"]
                held = subprocess.run([*java, str(home / KEY_FILE)], check=False).returncode == 0
                refused = subprocess.run([*java, _key_of_google_s(home)], capture_output=True, text=True, check=False)
            finally:
                service.terminate()
    ends = "No subject alternative DNS name matching oauth2.googleapis.com" in refused.stderr
    print("a key of Google's ends before anything is sent" if ends else refused.stderr)
    return int(not (held and ends))


def _jars() -> Path:
    folder = cache_folder() / "google_java"
    copy = ["mvn", "-q", "-B", "-f", str(SOURCE / "pom.xml"), "dependency:copy-dependencies"]
    subprocess.run([*copy, f"-DoutputDirectory={folder}"], check=True)
    return folder


def _options(home: Path, proxy: int) -> list[str]:
    properties = {
        "https.proxyHost": "127.0.0.1",
        "https.proxyPort": proxy,
        "javax.net.ssl.trustStore": home / TRUSTSTORE,
        "javax.net.ssl.trustStorePassword": TRUSTSTORE_PASSWORD,
    }
    return [f"-D{name}={value}" for name, value in properties.items()]


def _key_of_google_s(home: Path) -> str:
    """A key that gets its tokens from Google, as all of Google's do."""
    key = json.loads((home / KEY_FILE).read_text()) | {"token_uri": GOOGLE_S}
    file = home / "google.json"
    file.write_text(json.dumps(key))
    return str(file)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.1)
    raise SystemExit("the embedded Google Cloud did not start")


def _proxy(port: int) -> int:
    """A proxy in a thread that leads every name to a port of this machine; returns its own port."""
    loop, own = asyncio.new_event_loop(), _free_port()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        there, here = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pass_on(reader, here), _pass_on(there, writer))

    loop.run_until_complete(asyncio.start_server(lead, "127.0.0.1", own))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return own


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(PIECE):
            target.write(piece)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()


if __name__ == "__main__":
    sys.exit(main())
