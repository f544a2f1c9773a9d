"""`make secrets` turns the passwords of `.env` into Kestra's secrets, and shows none."""

import base64
import subprocess
import sys
from pathlib import Path

from dotenv import dotenv_values

from tests.support.compose import sample_secrets
from tests.support.stack import ROOT


def test_passwords_become_secrets_that_only_their_owner_reads(tmp_path: Path) -> None:
    source, target = tmp_path / ".env", tmp_path / ".env.secrets"
    source.write_text("POSTGRES_PASSWORD='päss $word=1'\nKESTRA_PASSWORD=Other1234\nES_PASSWORD=\n")
    command = [sys.executable, str(ROOT / "docker" / "generate_secrets.py"), str(source), str(target)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    written = dotenv_values(target, interpolate=False)
    assert base64.b64decode(written["SECRET_POSTGRES_PASSWORD"] or "").decode() == "päss $word=1"
    assert written == sample_secrets() | {"SECRET_POSTGRES_PASSWORD": written["SECRET_POSTGRES_PASSWORD"]}
    assert target.stat().st_mode & 0o777 == 0o600
    assert not any(str(value) in said for value in written.values())
    assert "päss" not in said
    assert set(tmp_path.iterdir()) == {source, target}


def test_git_never_sees_them() -> None:
    secret = [".env", ".env.secrets", ".gcp/service-account.json"]
    command = ["git", "check-ignore", *secret]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout.split() == secret
