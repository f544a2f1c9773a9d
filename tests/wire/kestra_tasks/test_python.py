"""io.kestra.plugin.scripts.python: Script and Commands, and the environments that they run in."""

import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from bench.sizing import engines
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


def test_the_folder_that_the_engine_works_in_stays(kestra: Kestra) -> None:
    [engine] = engines(str(kestra.home))
    assert Path(engine.cwd()).is_dir()


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
    # Three lines precede the script: they name the values true, false and null.
    assert any("line 5" in line for line in run.logs("ERROR"))
    assert any("ValueError: wrong month" in line for line in run.logs("ERROR"))


WHEELS = """
import zipfile
for version in ("1", "2"):
    with zipfile.ZipFile(f"only_here-{version}-py3-none-any.whl", "w") as wheel:
        info = f"only_here-{version}.dist-info"
        wheel.writestr("only_here.py", f"VERSION = {version!r}")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: only-here\\nVersion: {version}\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
"""
"""Makes two versions of a package, to be installed without network."""
PROJECT = {
    "project/pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'builder'\nbackend-path = ['.']\n",
    "project/builder.py": """
import os, zipfile

def _wheel(folder, files):
    info = "from_source-1.dist-info"
    with zipfile.ZipFile(os.path.join(folder, "from_source-1-py3-none-any.whl"), "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: from-source\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "from_source-1-py3-none-any.whl"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    return _wheel(folder, {"from_source.py": open("from_source.py").read()})

def build_editable(folder, config_settings=None, metadata_directory=None):
    return _wheel(folder, {"from_source.pth": os.getcwd()})
""",
    "project/from_source.py": "WHERE = __file__",
}
"""A package in source, which is built without network."""


def wheel(version: int) -> str:
    return f"--no-index ./only_here-{version}-py3-none-any.whl"


@pytest.mark.parametrize(
    ("before", "test"),
    [
        ([f"pip install {wheel(1)}"], "only_here.VERSION == '1'"),
        ([f"pip install {wheel(1)}", f"pip install {wheel(2)}"], "only_here.VERSION == '2'"),
        pytest.param([f"pip install {wheel(2)}", "pip uninstall -y only-here", f"pip install {wheel(1)}"],
         "only_here.VERSION == '1'", marks=pytest.mark.slow),
        ([f"pip install --user {wheel(2)}"], "'user' in only_here.__file__"),
        pytest.param(
         [f"pip install --prefix there {wheel(1)}", "export PYTHONPATH=$(echo there/lib/python3.*/site-packages)"],
         "'there' in only_here.__file__", marks=pytest.mark.slow),
        pytest.param([f"pip install --target there {wheel(1)}", "export PYTHONPATH=there"],
         "'there' in only_here.__file__", marks=pytest.mark.slow),
        (["python -m venv mine", ". mine/bin/activate", f"pip install {wheel(1)}"], "'mine' in only_here.__file__"),
    ],
    ids=["plain", "again", "uninstall", "user", "prefix", "target", "activated"],
)  # fmt: skip
def test_pip_installs_as_anywhere(kestra: Kestra, before: list[str], test: str) -> None:
    files = {"wheels.py": WHEELS}
    kestra.ok(
        script(f"import only_here; assert {test}", beforeCommands=["python wheels.py", *before], inputFiles=files)
    )


@pytest.mark.parametrize(
    ("before", "test"),
    [
        (["pip install --no-index ./project"], "'site-packages' in from_source.WHERE"),
        pytest.param(["pip install --no-index -e ./project"], "from_source.WHERE.endswith('/project/from_source.py')",
         marks=pytest.mark.slow),
        pytest.param(["tar czf from_source-1.tar.gz project", "pip install --no-index ./from_source-1.tar.gz"],
         "'site-packages' in from_source.WHERE", marks=pytest.mark.slow),
    ],
    ids=["folder", "editable", "archive"],
)  # fmt: skip
def test_pip_installs_a_package_in_source(kestra: Kestra, before: list[str], test: str) -> None:
    kestra.ok(script(f"import from_source; assert {test}", beforeCommands=before, inputFiles=PROJECT))


def test_what_pip_installs_is_gone_with_the_task(kestra: Kestra) -> None:
    before = ["python wheels.py", f"pip install {wheel(1)}"]
    kestra.ok(script("import only_here", beforeCommands=before, inputFiles={"wheels.py": WHEELS}))
    assert kestra.run(script("import only_here")).state == "FAILED"
    assert list((kestra.home / "kestra" / "scratch").iterdir()) == []


def test_rendered_values_are_python(kestra: Kestra) -> None:
    text = """
        assert {{ vars.values | json }} == {'yes': True, 'list': [False]}
        assert {{ vars.dry }} is False and null is None
    """
    kestra.ok(script(dedent(text)), variables={"values": {"yes": True, "list": [False]}, "dry": False})


def test_an_activated_virtual_environment_wins(kestra: Kestra) -> None:
    run = kestra.ok(
        script(
            "import sys; print('prefix', sys.prefix)",
            beforeCommands=["python -m venv --without-pip mine", ". mine/bin/activate"],
        )
    )
    assert any(line.startswith("prefix ") and line.endswith("/mine") for line in run.logs("INFO"))


def test_an_environment_outlives_the_task_that_made_it(kestra: Kestra) -> None:
    run = kestra.ok(
        script(
            "print(1)", id="make", beforeCommands=["python -m venv --without-pip mine"], outputFiles=["mine/pyvenv.cfg"]
        )
    )
    [home] = [
        line
        for line in kestra.text(run.outputs("make")["outputFiles"]["mine/pyvenv.cfg"]).splitlines()
        if "home =" in line
    ]
    assert str(kestra.home) not in home


def test_an_image_that_is_not_followed_says_what_it_would_bring(kestra: Kestra) -> None:
    run = kestra.run(script("import pandas", containerImage="ghcr.io/kestra-io/pydata:latest"))
    assert run.state == "FAILED"
    assert any("kestra-io/pydata" in line and "pandas" in line for line in run.logs("ERROR"))


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
