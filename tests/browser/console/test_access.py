"""Who gets in, and from where."""

import re
import socket

import pytest
import requests
from playwright.sync_api import BrowserContext, expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from tests.support.foreign_page import FOREIGN
from workbook.kestra import KestraClient

HANDSHAKE = (
    "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)

FLOW = f"""id: linked
namespace: {NAMESPACE}
tasks:
  - {{id: hello, type: io.kestra.plugin.core.debug.Return, format: Hello}}
"""


def test_a_login_leads_to_the_page_that_was_asked_for(stranger: Screens, stack: dict[str, str]) -> None:
    stranger.page.goto(f"{stack['CONSOLE_URL']}/ui/main/executions?state=FAILED")
    expect(stranger.page.get_by_text("This is not Kestra's UI")).to_be_visible()
    stranger.log_in(stack["KESTRA_USERNAME"], stack["KESTRA_PASSWORD"])
    stranger.page.wait_for_url("**/ui/main/executions?state=FAILED")
    [cookie] = stranger.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    stranger.ready()
    stranger.button("Log out").click()
    stranger.page.wait_for_url("**/login")
    stranger.page.goto(f"{stack['CONSOLE_URL']}/ui/main/flows")
    stranger.page.wait_for_url(re.compile(r"/login\?next=/ui/main/flows$"))


def test_a_wrong_password_is_told(stranger: Screens, stack: dict[str, str]) -> None:
    stranger.page.goto(f"{stack['CONSOLE_URL']}/ui/main/flows")
    stranger.log_in(stack["KESTRA_USERNAME"], "Wrong1234")
    expect(stranger.page.get_by_role("alert")).to_contain_text("Kestra does not know this user with this password.")


def test_the_servers_address_leads_to_the_console(screens: Screens, stack: dict[str, str]) -> None:
    screens.page.goto(stack["KESTRA_URL"])
    screens.page.wait_for_url(f"{stack['CONSOLE_URL']}/ui/main/flows")
    screens.page.goto(f"{stack['KESTRA_URL']}/ui/main/executions?state=FAILED")
    screens.page.wait_for_url(f"{stack['CONSOLE_URL']}/ui/main/executions?state=FAILED")


def test_the_links_of_records_lead_to_their_pages(screens: Screens, kestra: KestraClient) -> None:
    flow = kestra.import_flow(FLOW)
    run = kestra.execute(flow)
    screens.page.goto(str(run.link))
    expect(screens.page.locator(".page-head .state")).to_have_text("SUCCESS")
    assert screens.execution_id() == run.id
    screens.page.goto(flow.url)
    expect(screens.page.get_by_role("heading", name="linked")).to_be_visible()
    screens.page.goto(str(flow.executions_link))
    expect(screens.page.get_by_role("link", name=run.id[:8])).to_be_visible()


def test_programs_get_no_redirect(stack: dict[str, str], kestra: KestraClient) -> None:
    assert requests.get(f"{stack['KESTRA_URL']}/ui/main/flows", timeout=30).status_code == 401
    assert requests.get(f"{stack['CONSOLE_URL']}/ui/main/flows", timeout=30).status_code == 401
    assert requests.get(f"{stack['CONSOLE_URL']}/download/file/x?path=y", timeout=30).status_code == 401


def test_a_login_leads_to_no_other_site(stack: dict[str, str]) -> None:
    form = {"username": stack["KESTRA_USERNAME"], "password": stack["KESTRA_PASSWORD"]}
    for address in ("https://example.com/ui/", "//example.com/ui/", "/ui/..\\example", "javascript:1"):
        url = f"{stack['CONSOLE_URL']}/login"
        answer = requests.post(url, form | {"next": address}, allow_redirects=False, timeout=30)
        assert (answer.status_code, answer.headers["location"]) == (303, "/ui/main/flows")


@pytest.mark.parametrize("headers", [*FOREIGN, {"Origin": "http://localhost:1"}], ids=str)
def test_pages_of_other_sites_are_refused(stack: dict[str, str], headers: dict[str, str]) -> None:
    for method, path in (("GET", "/health"), ("GET", "/ui/main/flows"), ("POST", "/login")):
        answer = requests.request(method, stack["CONSOLE_URL"] + path, headers=headers, timeout=30)
        assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize("origin", ["https://example.com", "http://localhost:1", "null", ""])
def test_a_web_socket_of_another_page_is_refused(stack: dict[str, str], logged_in: BrowserContext, origin: str) -> None:
    [cookie] = logged_in.cookies()
    own = f"Cookie: {cookie['name']}={cookie['value']}\r\n" if origin else ""
    assert _handshake(stack, f"Origin: {origin}\r\n{own}" if origin else "") == 403


def test_our_own_web_socket_is_let_in(stack: dict[str, str], logged_in: BrowserContext) -> None:
    [cookie] = logged_in.cookies()
    own = f"Cookie: {cookie['name']}={cookie['value']}\r\nOrigin: {stack['CONSOLE_URL']}\r\n"
    assert _handshake(stack, own) == 101


def _handshake(stack: dict[str, str], headers: str) -> int:
    """The status of the answer to a WebSocket's first request."""
    port = int(stack["CONSOLE_PORT"])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"{HANDSHAKE}Host: 127.0.0.1:{port}\r\n{headers}\r\n".encode())
        answer = connection.recv(200).decode("latin-1")
    found = re.match(r"HTTP/1.1 (\d+)", answer)
    assert found, answer
    return int(found[1])
