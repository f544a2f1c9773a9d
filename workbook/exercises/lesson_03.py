"""Checks of lesson 03."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import requests
import yaml

from workbook.exercises.learner_flow import current_execution, last_error, learner_flow, run, text
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.lab import Lab

FLOW = "03_getting_started_data_pipeline"
SECONDS = 10
CREATE = "CREATE TABLE products AS SELECT * FROM read_json_auto('{{ workingDir }}/products.json');\n"


def _source(lab: Lab) -> pd.DataFrame:
    """The catalogue, straight from the source."""
    page = requests.get(lab.settings.products_url, params={"limit": 0}, timeout=SECONDS)
    page.raise_for_status()
    return pd.DataFrame(page.json()["products"])


def _answer_of(lab: Lab, number: str, sql: str, columns: list[str]) -> pd.DataFrame:
    """The rows that the lesson's own flow gives with another query in it."""
    flow_text = yaml.safe_load((lab.settings.root / "flows" / f"{FLOW}.yaml").read_text())
    flow_text["id"] = f"exercise_{number}"
    flow_text["tasks"][-1]["sql"] = CREATE + sql
    with learner_flow(lab, yaml.safe_dump(flow_text, sort_keys=False)) as flow:
        execution = run(lab, flow, {"columns_to_keep": columns})
        results = execution.output("query").get("outputs") or []
        if not results:
            raise Hint("The query ran and returned no rows. Begin it with SELECT.")
        return lab.kestra.read(results[-1]["uri"], execution)


@exercise("03.1")
def keep_the_rating(lab: Lab, answer: Any) -> str:
    """An execution whose `products.json` has the rating too."""
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        raise Hint(f"It ended {execution.state}. {last_error(lab, execution)}")
    kept = lab.kestra.read(execution.output("transform")["outputFiles"]["products.json"], execution)
    if "rating" not in kept:
        raise Hint(f"Its products.json holds {list(kept)}. Add 'rating' to the list in columns_to_keep.")
    return "The column came through a file, not through the flow's text: the same flow serves the next question too."


@exercise("03.2")
def dearest_category(lab: Lab, answer: Any) -> str:
    """The average price of each category, the dearest first."""
    got = _answer_of(lab, "03_2", text(answer), ["category", "price"])
    if set(got) != {"category", "average_price"}:
        raise Hint(f"The columns are {list(got)}; they should be category and average_price.")
    source = _source(lab)
    wanted = source.groupby("category")["price"].mean().sort_values(ascending=False)
    by_category = got.set_index("category")["average_price"].astype(float)
    if by_category.index.duplicated().any() or set(by_category.index) != set(wanted.index):
        raise Hint(f"{len(got)} rows for {len(wanted)} categories. GROUP BY makes one row of each category.")
    if (by_category - wanted).abs().max() > 0.01:
        raise Hint(_which_number(by_category, source))
    if not by_category.is_monotonic_decreasing:
        raise Hint(f"Right numbers, but {by_category.index[0]} comes first. ORDER BY ... DESC puts the dearest up.")
    return "The question changed and the pipeline did not: only the query knows what is asked."


def _which_number(got: pd.Series, source: pd.DataFrame) -> str:
    prices = source.groupby("category")["price"]
    for name in ("sum", "max", "min", "median", "count"):
        if (got - prices.agg(name)).abs().max() <= 0.01:
            return f"That is the {name} of the prices. The average is avg(price)."
    return "The numbers differ from the source's average by more than one cent. The average is avg(price)."


@exercise("03.3")
def share_without_brand(lab: Lab, answer: Any) -> str:
    """The percentage of products without a brand."""
    got = _answer_of(lab, "03_3", text(answer), ["brand", "price"])
    if got.shape != (1, 1) or list(got) != ["share"]:
        raise Hint(f"It returns {len(got)} rows of {list(got)}; asked for is one row with one column, share.")
    missing = _source(lab)["brand"].isna()
    _compare_share(got["share"].iloc[0], 100 * float(missing.mean()))
    return "A share of nulls is the first number to know about any column: it tells what an average leaves out."


def _compare_share(got: Any, wanted: float) -> None:
    share = float("nan") if got is None else float(got)
    if abs(share - wanted) <= 0.5:
        return
    if abs(100 * share - wanted) <= 0.5:
        raise Hint("That is a fraction between 0 and 1; a percentage is 100 times as much.")
    if abs(share - (100 - wanted)) <= 0.5:
        raise Hint("That is the share of products that *have* a brand. You want the others.")
    if share == 0:
        raise Hint("0 percent: nothing is ever *equal* to NULL, not even NULL. Ask with IS NULL.")
    raise Hint(f"The query says {share:g} percent, the source says {wanted:.1f}. Divide by all rows: count(*).")


@exercise("03.4")
def replay_the_typo(lab: Lab, answer: Any) -> str:
    """A replay that succeeded, of an execution that failed in `transform`, with the same download."""
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        raise Hint(f"It ended {execution.state}. Replay it from transform with columns that exist.")
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
