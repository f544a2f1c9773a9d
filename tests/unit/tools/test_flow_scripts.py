"""The Python inside flows is found, wherever it is in them."""

from tools.flow_scripts import SCRIPT, all_scripts, scripts_of

FLOW = {
    "id": "flow",
    "tasks": [
        {"id": "first", "type": SCRIPT, "script": "print(1)"},
        {"id": "other", "type": "io.kestra.plugin.scripts.shell.Script", "script": "echo"},
        {"id": "group", "tasks": [{"id": "second", "type": SCRIPT, "script": "print(2)"}]},
        {"id": "third", "inputFiles": {"run.py": "import os\n", "one_line.py": "{{ read('x.py') }}", "a.txt": "a\nb"}},
    ],
}


def test_scripts_are_found_in_groups_and_among_input_files() -> None:
    assert dict(scripts_of(FLOW)) == {"first": "print(1)", "second": "print(2)", "run": "import os\n"}


def test_the_flows_have_scripts() -> None:
    assert {"02_python", "04_postgres_taxi"} <= {name.rpartition("-")[0] for name in all_scripts()}
