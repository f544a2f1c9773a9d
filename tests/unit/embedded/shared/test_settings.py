"""Where settings come from, and what is said of wrong ones."""

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.services.dataset import DATASET
from catalog.services.kestra import KESTRA
from catalog.services.postgres import POSTGRES
from embedded.registry import EMBEDDED
from embedded.service import Context
from embedded.services.kestra.database import Database
from embedded.services.kestra.launch import ProcessSettings
from embedded.shared.settings import Settings, SettingsError, foreign


def _load(tmp_path: Path, env_file: str = "", **environ: str) -> Settings:
    path = tmp_path / ".env"
    path.write_text(env_file)
    return Settings.load(environ, path)


def test_environment_wins_over_file_wins_over_default(tmp_path: Path) -> None:
    settings = _load(tmp_path, "KESTRA_PORT=8001\nPOSTGRES_PORT=5001\n# a comment\n", KESTRA_PORT="8002")
    assert (settings[KESTRA].port, settings[POSTGRES].port, settings[DATASET].port) == (8002, 5001, 8090)


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    assert _load(tmp_path, "POSTGRES_DB=", KESTRA_PORT="")[POSTGRES].db == "ny_taxi"


def test_a_missing_file_is_fine(tmp_path: Path) -> None:
    assert Settings.load({}, tmp_path / "none")[KESTRA].username == "admin@kestra.io"


def test_a_value_is_taken_as_it_is_written(tmp_path: Path) -> None:
    assert _load(tmp_path, "POSTGRES_PASSWORD='a $HOME # b'")[POSTGRES].password == "a $HOME # b"


def test_variables_for_flows_are_passed_on(tmp_path: Path) -> None:
    settings = _load(tmp_path, "SECRET_TOKEN=eA==\nOTHER=1", ENV_BUCKET="b")
    assert settings.passed_on == {"SECRET_TOKEN": "eA==", "ENV_BUCKET": "b"}


def test_passwords_do_not_show(tmp_path: Path) -> None:
    shown = repr(_load(tmp_path, KESTRA_PASSWORD="Hidden12", POSTGRES_PASSWORD="hidden", SECRET_X="hidden"))
    assert "idden" not in shown


def test_services_do_not_inherit_stale_settings() -> None:
    assert foreign({"KESTRA_PASSWORD": "x", "SECRET_X": "x", "PATH": "/bin"}) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("KESTRA_PORT", "http", "KESTRA_PORT is 'http': set it to a whole number from 0 to 65535"),
        ("POSTGRES_PORT", "70000", "POSTGRES_PORT is '70000': set it to a whole number from 0 to 65535"),
        ("DATASET_ROWS", "-5", "DATASET_ROWS is '-5': set it to a whole number from 1"),
        ("KESTRA_USERNAME", "admin", "KESTRA_USERNAME is 'admin': Kestra takes an e-mail address"),
        ("KESTRA_PASSWORD", "Ab1", "KESTRA_PASSWORD does not have at least 8 characters"),
        ("KESTRA_PASSWORD", "ABCDEFG1", "does not have a lower-case letter"),
        ("KESTRA_PASSWORD", "abcdefg1", "does not have an upper-case letter"),
        ("KESTRA_PASSWORD", "abcdefgh", "does not have an upper-case letter and a digit"),
        ("KESTRA_HEAP", "lots", "KESTRA_HEAP is 'lots': write a size such as 512m or 1g"),
        ("KESTRA_RETENTION", "a month", "KESTRA_RETENTION is 'a month': write a duration"),
        ("KESTRA_RETENTION", "P0D", "such as P30D or PT12H"),
        ("POSTGRES_DB", "ny-taxi", "POSTGRES_DB is 'ny-taxi': use letters, digits and underscores"),
        ("POSTGRES_PASSWORD", "a\nb", "POSTGRES_PASSWORD holds a line break"),
        ("TAXI_BASE_URL", "example.org", "TAXI_BASE_URL is 'example.org': write an address that begins with http://"),
    ],
)
def test_a_wrong_value_names_variable_and_remedy(tmp_path: Path, name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, **{name: value})
    assert message in str(caught.value)
    if "PASSWORD" in name:
        assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "endpoint", "key"),
    [
        ("", "http://127.0.0.1:4599", "workbook"),
        ("WORKBOOK_STACK=cloud\nAWS_ACCESS_KEY_ID=AKIAREAL\nAWS_SECRET_ACCESS_KEY=real", "", "AKIAREAL"),
        ("WORKBOOK_STACK=cloud\nAWS_ENDPOINT_URL=https://s3.example.org", "https://s3.example.org", "workbook"),
    ],
)
def test_the_keys_of_an_account_go_to_aws_itself(tmp_path: Path, lines: str, endpoint: str, key: str) -> None:
    env = _engine_variables(_load(tmp_path, lines), tmp_path)
    assert {env["AWS_ENDPOINT_URL"], env["ENV_AWS_ENDPOINT_URL"]} == {endpoint}
    assert env["AWS_ACCESS_KEY_ID"] == base64.b64decode(env["SECRET_AWS_ACCESS_KEY_ID"]).decode() == key


@pytest.mark.parametrize(("lines", "compressed"), [("", True), ("KESTRA_COMPRESSION=0", False)])
def test_the_engine_is_told_whether_its_database_is_compressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, compressed: bool
) -> None:
    monkeypatch.setattr(os, "environ", _engine_variables(_load(tmp_path, lines), tmp_path))
    process = ProcessSettings.from_environment()
    assert process.compressed is compressed
    assert f"COMPRESS={compressed}".upper() in Database(tmp_path, process.compressed).url


def _engine_variables(settings: Settings, folder: Path) -> dict[str, str]:
    """The environment of the engine's process."""
    services = {service.name: service for service in EMBEDDED.services}
    ports = {name: 4599 for service in EMBEDDED.services for name in service.wanted_ports(settings)}
    bare = Context(settings, folder, folder, ports)
    required: dict[str, str] = {}
    for name in services["kestra"].requires:
        required |= services[name].environment(bare)
    return services["kestra"].command(replace(bare, required=required)).env
