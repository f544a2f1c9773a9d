"""The tests that dbt ran in an execution, from the manifest and the results that its task kept."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from workbook.errors import NotFound
from workbook.kestra.client import KestraClient
from workbook.kestra.models import Execution

COLUMNS = ["model", "column", "test", "state", "rows"]
SEVERAL = "several models"
"""The model of a test written by hand, which belongs to no single one."""


def results(kestra: KestraClient, execution: Execution, task: str = "dbt_test") -> pd.DataFrame:
    """The tests that a task ran, by model.

    Parameters:
        kestra: the server.
        execution: the execution that dbt ran in.
        task: a DbtCLI task of the execution.

    Returns:
        Columns `model`, `column` (empty for a test of the whole model), `test`, `state` (pass, warn, fail, error or
        skipped) and `rows`, how many of them break the rule.

    Raises:
        NotFound: the task has kept no results.
    """
    manifest, run_results = (_read(kestra, execution, task, name) for name in ("manifest.json", "run_results.json"))
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "test"}
    rows = [
        (*_about(nodes[result["unique_id"]]), result["status"], result["failures"] or 0)
        for result in run_results["results"]
        if result["unique_id"] in nodes
    ]
    return pd.DataFrame(sorted(rows), columns=COLUMNS)


def _about(node: dict[str, Any]) -> tuple[str, str, str]:
    generic = node.get("test_metadata")
    if not generic:
        return SEVERAL, "", node["name"]
    model = (node.get("attached_node") or node["depends_on"]["nodes"][-1]).split(".", 2)[-1]
    return model, node.get("column_name") or "", generic["name"]


def _read(kestra: KestraClient, execution: Execution, task: str, name: str) -> dict[str, Any]:
    files = [file for file in kestra.files(execution) if file.task_id == task and file.name == name]
    if not files:
        raise NotFound(f"The task {task} of execution {execution.id} has kept no {name}: did dbt run there?")
    with TemporaryDirectory() as folder:
        content: dict[str, Any] = json.loads(kestra.download(files[0], execution, Path(folder)).read_text())
    return content
