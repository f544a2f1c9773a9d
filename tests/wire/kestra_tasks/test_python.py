"""io.kestra.plugin.scripts.python: Script and Commands, and the environments that they run in."""

import time
from typing import Any

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Kestra, Task

REPORT = """
from kestra import Kestra
import tqdm
Kestra.outputs({"downloads": 42, "where": tqdm.__file__})
Kestra.counter("rows", 5, {"taxi": "green"})
Kestra.timer("reading", 1.5)
Kestra.timer("measured", lambda: None)
"""


def script(text: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.scripts.python.Script", "script": text, **properties}


def commands(*lines: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.scripts.python.Commands", "commands": list(lines), **properties}


def test_outputs_counter_and_timer(kestra: Kestra) -> None:
    run = kestra.ok(script(REPORT, dependencies=["kestra", "tqdm==4.70.1"]))
    assert run.outputs()["vars"]["downloads"] == 42
    assert run.outputs()["vars"]["where"].startswith(kestra.environment.get("EMBEDDED_CACHE", "/"))
    assert run.metric("rows")["value"] == 5
    assert run.metric("rows")["tags"]["taxi"] == "green"
    assert run.metric("rows")["type"] == "counter"
    assert run.metric("reading")["value"] == 1500  # milliseconds
    assert run.metric("measured")["type"] == "timer"


def test_script_files_and_internal_storage(kestra: Kestra) -> None:
    run = kestra.ok(
        script("open('a.csv', 'w').write('1,2')", id="first", outputFiles=["*.csv"]),
        script(
            "text = open('{{ outputs.first.outputFiles['a.csv'] }}').read() + open('in.txt').read()\n"
            "print(text); open('b.csv', 'w').write(text)",
            inputFiles={"in.txt": "{{ outputs.first.outputFiles['a.csv'] }}"},
            outputFiles=["b.csv"],
        ),
    )
    assert "1,21,2" in run.logs("INFO")
    assert kestra.text(run.outputs()["outputFiles"]["b.csv"]) == "1,21,2"


def test_commands_run_files(kestra: Kestra) -> None:
    run = kestra.ok(
        commands(
            "python main.py --number 21",
            inputFiles={"main.py": "import sys; print('got', sys.argv[2])"},
            env={"UNUSED": "x"},
        )
    )
    assert "got 21" in run.logs("INFO")


def test_without_dependencies_there_is_the_standard_library_only(kestra: Kestra) -> None:
    run = kestra.run(script("import pandas"))
    assert run.state == "FAILED"
    assert any("No module named 'pandas'" in line for line in run.logs("ERROR"))
    assert any("No module named 'kestra'" in line for line in kestra.run(script("import kestra")).logs("ERROR"))


def test_an_exception_tells_its_line_of_the_script(kestra: Kestra) -> None:
    run = kestra.run(script("x = 1\nraise ValueError('wrong month')"))
    assert run.state == "FAILED"
    assert any("line 2" in line for line in run.logs("ERROR"))
    assert any("ValueError: wrong month" in line for line in run.logs("ERROR"))


def test_before_commands_may_install_for_this_task_alone(kestra: Kestra) -> None:
    write = "mkdir -p .packages && echo 'NAME = 1' > .packages/only_here.py"  # where `pip install` puts things
    kestra.ok(script("import only_here", beforeCommands=[write, "pip --version"]))
    assert kestra.run(script("import only_here")).state == "FAILED"


def test_an_activated_virtual_environment_wins(kestra: Kestra) -> None:
    run = kestra.ok(
        script(
            "import sys; print('prefix', sys.prefix)",
            beforeCommands=["python -m venv --without-pip mine", ". mine/bin/activate"],
        )
    )
    assert any(line.startswith("prefix ") and line.endswith("/mine") for line in run.logs("INFO"))


def test_python_version(kestra: Kestra) -> None:
    own = kestra.ok(script("import sys; print('%d.%d' % sys.version_info[:2])")).logs("INFO")[0]
    assert kestra.ok(script("print('same')", pythonVersion=own)).state == "SUCCESS"
    message = kestra.failure(script("print(1)", pythonVersion="2.6"))
    assert "Python 2.6 is not installed" in message


def test_a_package_that_does_not_exist_is_named_with_the_remedy(kestra: Kestra) -> None:
    message = kestra.failure(script("print(1)", dependencies=["kestra==0.0.0.dev999"]))
    assert "kestra==0.0.0.dev999" in message
    assert "make setup" in message
    assert "Traceback" not in message


def test_no_dependency_is_fetched_twice(kestra: Kestra) -> None:
    task = script("import tqdm", dependencies=["tqdm==4.70.1", "kestra"])
    kestra.ok(task)
    started = time.monotonic()
    # The order is of no importance; an address that answers to nobody shows that no network is needed.
    kestra.ok(script("import tqdm", dependencies=["kestra", "tqdm==4.70.1"]))
    assert time.monotonic() - started < 5


def test_pebble_in_the_script(kestra: Kestra) -> None:
    run = kestra.ok(script("print({{ vars.number }} * 2)"), variables={"number": 21})
    assert "42" in run.logs("INFO")


def test_kill(kestra: Kestra) -> None:
    run = kestra.start(script("import time; print('begun'); time.sleep(600)"))
    eventually(lambda: "begun" in run.logs("INFO"))
    assert kestra.kill(run).state == "KILLED"


def test_unknown_property_is_refused(kestra: Kestra) -> None:
    assert "dependancies" in kestra.problems(script("print(1)", dependancies=["kestra"]))
