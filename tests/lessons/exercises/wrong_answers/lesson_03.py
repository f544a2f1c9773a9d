"""Typical wrong answers of lesson 03, each with a part of the hint it must get."""


def _piped(lab, columns, **options):
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / "03_getting_started_data_pipeline.yaml")
    return lab.kestra.execute(flow, inputs={"columns_to_keep": columns}, **options)


def _replayed(lab, columns, from_task):
    failed = _piped(lab, columns, check=False)
    return lab.kestra.replay(failed, from_task=from_task, inputs=MENDED, check=False)


def _sql(text):
    return lambda lab: text


MENDED = {"columns_to_keep": ["brand", "price"]}
CATEGORIES = "SELECT category, {} AS average_price FROM products GROUP BY category ORDER BY 2 {}"

WRONG = {
    "03.1": [
        (lambda lab: _piped(lab, ["brand", "price"]), "Add 'rating'"),
        (lambda lab: _piped(lab, ["rating"], check=False), "It ended FAILED"),
        (lambda lab: ["brand", "price", "rating"], "lab.kestra.execute"),
    ],
    "03.2": [
        (_sql(CATEGORIES.format("avg(price)", "ASC")), "puts the dearest up"),
        (_sql(CATEGORIES.format("max(price)", "DESC")), "That is the max"),
        (_sql("SELECT category, avg(price) AS average_price FROM products"), "GROUP BY"),
        (_sql("SELECT category, price AS average_price FROM products"), "one row of each category"),
        (_sql("SELECT category, avg(price) AS average FROM products GROUP BY category"), "they should be category"),
    ],
    "03.3": [
        (_sql("SELECT count(*) FILTER (brand IS NULL) / count(*) AS share FROM products"), "a fraction"),
        (_sql("SELECT 100.0 * count(brand) / count(*) AS share FROM products"), "*have* a brand"),
        (_sql("SELECT 100.0 * count(*) FILTER (brand = NULL) / count(*) AS share FROM products"), "IS NULL"),
        (_sql("SELECT 100.0 * count(*) FILTER (brand IS NULL) / count(brand) AS share FROM products"), "all rows"),
        (_sql("SELECT brand FROM products"), "one row with one column"),
    ],
    "03.4": [
        (lambda lab: _piped(lab, ["brand", "price"]), "started afresh"),
        (lambda lab: _piped(lab, ["brand", "prize"], check=False), "It ended FAILED"),
        (lambda lab: _replayed(lab, ["brand"], "query"), "It ended FAILED"),
        (lambda lab: _replayed(lab, ["brand"], "transform"), "failed in query"),
        (lambda lab: _replayed(lab, ["brand", "prize"], "extract"), "downloaded the catalogue again"),
    ],
}
