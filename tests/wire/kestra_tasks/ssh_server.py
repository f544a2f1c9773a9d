"""Git repositories behind SSH for the tests: a server that takes one key, and runs git's own programs.

Run as `python -m tests.wire.kestra_tasks.ssh_server FOLDER PUBLIC_KEY`; it prints its port.
"""

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

PROGRAMS = ("git-upload-pack", "git-receive-pack")


@contextmanager
def served(folder: Path, public_key: str) -> Iterator[str]:
    """The address at which the bare repositories of a folder are served while the block runs.

    Parameters:
        folder: where they are.
        public_key: the one that may log in, in OpenSSH's form.
    """
    command = [sys.executable, "-m", __name__, str(folder), public_key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"ssh://git@127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


async def serve(folder: Path, public_key: str) -> None:
    """Serve until the process ends."""

    async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
        program, path = shlex.split(process.command or "")
        assert program in PROGRAMS
        git = await asyncio.create_subprocess_exec(
            *("git", program.removeprefix("git-"), str(folder / path.lstrip("/"))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull},
        )
        await process.redirect(stdin=git.stdin, stdout=git.stdout)
        code = await git.wait()
        await process.stdout.drain()
        process.exit(code)

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        authorized_client_keys=asyncssh.import_authorized_keys(public_key),
        process_factory=run,
        encoding=None,
    )
    print(server.get_port(), flush=True)
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
