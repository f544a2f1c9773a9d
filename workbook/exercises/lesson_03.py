"""Checks of lesson 03."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd
import requests
import yaml

from workbook.exercises.learner_flow import current_execution, last_error, learner_flow, run, text
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Flow, TaskRun

if TYPE_CHECKING:
    from workbook.lab import Lab

FLOW = "03_getting_started_data_pipeline"
SECONDS = 10
PART = 50
"""So many products are a second catalogue, whose share of products without a brand is another one."""
CREATE = "CREATE TABLE products AS SELECT * FROM read_json_auto('{{ workingDir }}/products.json');\n"


def _source(lab: Lab, limit: int = 0) -> pd.DataFrame:
    """The catalogue, straight from the source; its first `limit` products, or all for 0."""
    page = requests.get(lab.settings.products_url, params={"limit": limit}, timeout=SECONDS)
    page.raise_for_status()
    return pd.DataFrame(page.json()["products"])


@contextmanager
def _asking(lab: Lab, number: str, sql: str) -> Iterator[Flow]:
    """The lesson's own flow with another query in it."""
    flow_text = yaml.safe_load((lab.settings.root / "flows" / f"{FLOW}.yaml").read_text())
    flow_text["id"] = f"exercise_{number}"
    flow_text["tasks"][-1]["sql"] = CREATE + sql
    del flow_text["outputs"]
    with learner_flow(lab, yaml.safe_dump(flow_text, sort_keys=False)) as flow:
        yield flow


def _rows(lab: Lab, flow: Flow, columns: list[str], limit: int = 0) -> pd.DataFrame:
    execution = run(lab, flow, {"columns_to_keep": columns, "limit": limit})
    results = execution.output("query").get("outputs") or []
    if not results:
        raise Hint("The query ran and returned no rows. Begin it with SELECT.")
    return lab.kestra.read(results[-1]["uri"], execution)


@exercise("03.1")
def keep_the_rating(lab: Lab, answer: Any) -> str:
    """An execution whose `products.json` has the rating too, of all products."""
    execution = current_execution(lab, answer, FLOW)
    failed = execution.failed_task
    if not execution.succeeded:
        too = " The query needs brand and price: keep them beside the rating." if _is(failed, "query") else ""
        raise Hint(f"It ended {execution.state}. {last_error(lab, execution)}{too}")
    kept = lab.kestra.read(execution.output("transform")["outputFiles"]["products.json"], execution)
    if "rating" not in kept:
        raise Hint(f"Its products.json holds {list(kept)}. Add 'rating' to the list in columns_to_keep.")
    if len(kept) < (total := len(_source(lab))):
        raise Hint(f"The rating is there, for {len(kept)} of {total} products. Leave `limit` at 0: that means all.")
    return "The column came through a file, not through the flow's text: the same flow serves the next question too."


def _is(task_run: TaskRun | None, task: str) -> bool:
    return task_run is not None and task_run.task_id == task


@exercise("03.2")
def dearest_category(lab: Lab, answer: Any) -> str:
    """The average price of each category, the dearest first."""
    with _asking(lab, "03_2", text(answer)) as flow:
        got = _rows(lab, flow, ["category", "price"])
    if set(got) != {"category", "average_price"}:
        raise Hint(f"The columns are {list(got)}; they should be category and average_price.")
    source = _source(lab)
    wanted = source.groupby("category")["price"].mean()
    averages = _numbers(got.set_index("category")["average_price"])
    if averages.index.duplicated().any():
        raise Hint(f"{len(got)} rows for {len(wanted)} categories. GROUP BY makes one row of each category.")
    if missing := len(wanted) - len(averages):
        raise Hint(f"{missing} of {len(wanted)} categories are missing. What takes them away: LIMIT, WHERE, HAVING?")
    if (averages - wanted).abs().max() > 0.01:
        raise Hint(_which_number(averages, source))
    if not averages.is_monotonic_decreasing:
        raise Hint(f"Right numbers, but {averages.index[0]} comes first. ORDER BY ... DESC puts the dearest up.")
    return "The question changed and the pipeline did not: only the query knows what is asked."


def _numbers(column: pd.Series) -> pd.Series:
    texts = [value for value in column if isinstance(value, str)]
    if texts:
        raise Hint(f"average_price holds the text {texts[0]!r}. A text is sorted letter by letter; leave it a number.")
    return column.astype(float)


def _which_number(got: pd.Series, source: pd.DataFrame) -> str:
    prices = source.groupby("category")["price"]
    if (got - prices.mean()).abs().max() <= 0.5 and (got == got.round()).all():
        return "They are rounded to whole dollars. Keep the cents: the check compares to one cent."
    for name in ("sum", "max", "min", "median", "count"):
        if (got - prices.agg(name)).abs().max() <= 0.01:
            return f"That is the {name} of the prices. The average is avg(price)."
    return "The numbers differ from the source's average by more than one cent. The average is avg(price), of all rows."


@exercise("03.3")
def share_without_brand(lab: Lab, answer: Any) -> str:
    """The percentage of products without a brand, in the whole catalogue and in a part of it."""
    with _asking(lab, "03_3", text(answer)) as flow:
        for limit in (0, PART):
            got = _rows(lab, flow, ["brand", "price"], limit)
            if got.shape != (1, 1) or list(got) != ["share"]:
                rows = "1 row" if len(got) == 1 else f"{len(got)} rows"
                raise Hint(f"It returns {rows} of {list(got)}; asked for is one row with one column, share.")
            _compare_share(got["share"].iloc[0], _source(lab, limit), limit)
    return "A share of nulls is the first number to know about any column: it tells what an average leaves out."


def _compare_share(got: Any, source: pd.DataFrame, limit: int) -> None:
    missing = source["brand"].isna() if "brand" in source else pd.Series(True, source.index)
    wanted = 100 * float(missing.mean())
    if isinstance(got, str):
        raise Hint(f"share holds the text {got!r}. Return the number alone.")
    share = _share(got)
    if abs(share - wanted) <= 0.5:
        return
    if limit:
        raise Hint(f"Of the first {limit} products {wanted:.1f} percent have no brand; it still says {share:g}.")
    raise Hint(_which_share(share, wanted, int(missing.sum())))


def _share(got: Any) -> float:
    """The number in the answer's column; not a number for a null, which the stored file has as an object of its own."""
    try:
        return float(got)
    except TypeError:
        return float("nan")


def _which_share(share: float, wanted: float, missing: int) -> str:
    """What a wrong share tells about the query."""
    said = {
        100 * share: "That is a fraction between 0 and 1; a percentage is 100 times as much.",
        100 - share: "That is the share of products that *have* a brand. You want the others.",
        100 - 100 * share: "That is the share of products that *have* a brand, as a fraction. You want the others.",
    }
    for value, hint in said.items():
        if abs(value - wanted) <= 0.5:
            return hint
    if share != share:
        return "share is null: whatever is compared with NULL gives NULL. Ask with IS NULL."
    if share == 0:
        return (
            "0 percent: nothing is ever *equal* to NULL, not even NULL. Ask with IS NULL, and count rows with count(*)."
        )
    if share == 100:
        return "100 percent: count(...) counts whatever is not null, a 0 and a false too. Leave the ELSE out, or sum."
    if share == missing:
        return f"{missing} is how many have no brand. A percentage is 100 times that, divided by all rows."
    return f"The query says {share:g} percent, the source says {wanted:.1f}. Divide by all rows: count(*)."


@exercise("03.4")
def replay_the_typo(lab: Lab, answer: Any) -> str:
    """A replay that succeeded, of an execution that failed in `transform`, with the same download."""
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        needs = " The query needs brand and price." if _is(execution.failed_task, "query") else ""
        raise Hint(f"It ended {execution.state}. Replay it from transform with columns that exist.{needs}")
    original = execution.raw.get("originalId") or execution.id
    if original == execution.id:
        raise Hint("This one was started afresh. lab.kestra.replay(failed, from_task=..., inputs=...) replays one.")
    first = lab.kestra.execution(original)
    if first.failed_task is None or first.failed_task.task_id != "transform":
        where = first.failed_task.task_id if first.failed_task else "no task"
        raise Hint(f"The execution it replays failed in {where}. Ask for a column that no product has.")
    if execution.output("extract") != first.output("extract"):
        raise Hint("It downloaded the catalogue again. Replay from transform, not from extract.")
    return "What was paid for was kept: on a slow or metered source that is minutes instead of hours."
