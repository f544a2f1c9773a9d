"""pgAdmin: its user logs in and finds the taxi database."""

import re
from collections.abc import Iterator

import pytest
import requests

from tests.support.stack import own_stack

# The first start on a machine installs some 120 packages.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
_TOKEN = re.compile(r"""csrf_?token[\]"'\\:=\s]+([\w.-]{40,})""", re.IGNORECASE)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with own_stack(tmp_path_factory.mktemp("pgadmin"), "postgres", "pgadmin") as environment:
        yield environment


def token(page: str) -> str:
    """What pgAdmin wants to see again with each request of a page."""
    found = _TOKEN.search(page)
    assert found, page[:2000]
    return found[1]


def log_in(url: str, password: str) -> tuple[requests.Session, requests.Response]:
    """Fill in the form of pgAdmin's first page."""
    session = requests.Session()
    form = {
        "email": "admin@admin.com",
        "password": password,
        "internal_button": "Login",
        "csrf_token": token(session.get(f"{url}/login", timeout=60).text),
    }
    return session, session.post(f"{url}/authenticate/login", data=form, timeout=60)


def test_the_user_of_the_settings_finds_the_taxi_database(stack: dict[str, str]) -> None:
    url = stack["PGADMIN_URL"]
    session, page = log_in(url, "root")
    assert page.url.startswith(f"{url}/browser")
    session.headers["X-pgA-CSRFToken"] = token(session.get(f"{url}/browser/js/utils.js", timeout=60).text)
    groups = session.get(f"{url}/browser/server_group/nodes/", timeout=60).json()["data"]
    group = next(group for group in groups if group["label"] == "Workbook")
    servers = session.get(f"{url}/browser/server/nodes/{group['_id']}/", timeout=60).json()["result"]
    assert [server["label"] for server in servers] == ["ny_taxi"]
    connect = f"{url}/browser/server/connect/{group['_id']}/{servers[0]['_id']}"
    answer = session.post(connect, data={"password": "root"}, timeout=60).json()
    assert answer["success"] == 1, answer


def test_another_password_is_refused(stack: dict[str, str]) -> None:
    _, page = log_in(stack["PGADMIN_URL"], "wrong")
    assert "/login" in page.url


def test_it_is_there_for_this_machine_only(stack: dict[str, str]) -> None:
    answer = requests.get(f"{stack['PGADMIN_URL']}/login", headers={"Host": "pages.example"}, timeout=60)
    assert answer.status_code == requests.codes.forbidden
