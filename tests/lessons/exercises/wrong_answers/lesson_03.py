"""Typical wrong answers of lesson 03, each with a part of the hint it must get."""


def _piped(lab, columns, limit=0, **options):
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / "03_getting_started_data_pipeline.yaml")
    return lab.kestra.execute(flow, inputs={"columns_to_keep": columns, "limit": limit}, **options)


def _replayed(lab, columns, from_task, mended=("brand", "price"), **options):
    failed = _piped(lab, columns, check=False)
    inputs = {"columns_to_keep": list(mended)}
    return lab.kestra.replay(failed, from_task=from_task, inputs=inputs, check=False, **options)


def _sql(text):
    return lambda lab: text


RATED = ["brand", "price", "rating"]
CATEGORIES = "SELECT category, {} AS average_price FROM products GROUP BY category ORDER BY 2 {}"
DEAREST = CATEGORIES.format("avg(price)", "DESC")
SHARE = "SELECT {} AS share FROM products"

WRONG = {
    "03.1": [
        (lambda lab: _piped(lab, ["brand", "price"]), "Add 'rating'"),
        (lambda lab: _piped(lab, ["rating"], check=False), "It ended FAILED"),
        (lambda lab: ["brand", "price", "rating"], "lab.kestra.execute"),
        (lambda lab: _piped(lab, RATED, limit=30), "for 30 of"),
        (lambda lab: _piped(lab, ["brand", "price", "ratings"], check=False), "no product has ['ratings']"),
        (lambda lab: _piped(lab, ["brand", "rating"], check=False), "keep them beside the rating"),
        (lambda lab: _piped(lab, RATED).output("transform"), "is a dict"),
        ('{"columns_to_keep": ["brand", "price", "rating"]}', "is a str"),
    ],
    "03.2": [
        (_sql(CATEGORIES.format("avg(price)", "ASC")), "puts the dearest up"),
        (_sql(CATEGORIES.format("max(price)", "DESC")), "That is the max"),
        (_sql("SELECT category, avg(price) AS average_price FROM products"), "GROUP BY"),
        (_sql("SELECT category, price AS average_price FROM products"), "one row of each category"),
        (_sql("SELECT category, avg(price) AS average FROM products GROUP BY category"), "they should be category"),
        (_sql(DEAREST + " LIMIT 1"), "10 of 11 categories are missing"),
        (_sql(DEAREST.replace("GROUP", "WHERE price > 100 GROUP")), "What takes them away: LIMIT, WHERE"),
        (_sql(DEAREST.replace("avg(price)", "round(avg(price))")), "rounded to whole dollars"),
        (_sql(DEAREST.replace("avg(price)", "median(price)")), "That is the median"),
        (_sql(DEAREST.replace("avg(price)", "avg(price)::varchar")), "sorted letter by letter"),
        (_sql(DEAREST.replace("avg(price)", "'avg(price)'")), "holds the text 'avg(price)'"),
        (_sql("CREATE TABLE answer AS " + DEAREST), "Begin it with SELECT"),
        (_sql(DEAREST.replace("products", "product")), "Table with name product does not exist"),
    ],
    "03.3": [
        (_sql("SELECT count(*) FILTER (brand IS NULL) / count(*) AS share FROM products"), "a fraction"),
        (_sql("SELECT 100.0 * count(brand) / count(*) AS share FROM products"), "*have* a brand"),
        (_sql("SELECT 100.0 * count(*) FILTER (brand = NULL) / count(*) AS share FROM products"), "IS NULL"),
        (_sql("SELECT 100.0 * count(*) FILTER (brand IS NULL) / count(brand) AS share FROM products"), "all rows"),
        (_sql("SELECT brand FROM products"), "one row with one column"),
        (
            _sql(SHARE.format("100.0 * count(CASE WHEN brand IS NULL THEN 1 ELSE 0 END) / count(*)")),
            "Leave the ELSE out",
        ),
        (_sql(SHARE.format("100.0 * count(brand IS NULL) / count(*)")), "whatever is not null"),
        (_sql(SHARE.format("count(*)") + " WHERE brand IS NULL"), "is how many have no brand"),
        (_sql(SHARE.format("count(brand) / count(*)")), "as a fraction"),
        (_sql(SHARE.format("100.0 * sum(CASE WHEN brand = NULL THEN 1 END) / count(*)")), "gives NULL"),
        (_sql(SHARE.format("(100.0 * count(*) FILTER (brand IS NULL) / count(*)) || '%'")), "Return the number alone"),
        (_sql("SELECT 12.16 AS share"), "it still says 12.16"),
        (_sql("SELECT 100.0 * count(*) FILTER (brand IS NULL) / count(*) AS part FROM products"), "1 row of"),
    ],
    "03.4": [
        (lambda lab: _piped(lab, ["brand", "price"]), "started afresh"),
        (lambda lab: _piped(lab, ["brand", "prize"], check=False), "It ended FAILED"),
        (lambda lab: _replayed(lab, ["brand"], "query"), "It ended FAILED"),
        (lambda lab: _replayed(lab, ["brand"], "transform"), "failed in query"),
        (lambda lab: _replayed(lab, ["brand", "prize"], "extract"), "downloaded the catalogue again"),
        (lambda lab: _replayed(lab, ["brand", "prize"], "transform", ["brand", "prize"]), "with columns that exist"),
        (lambda lab: _replayed(lab, ["brand", "prize"], "transform", ["brand"]), "The query needs brand and price"),
        (lambda lab: _replayed(lab, ["brand", "price"], "transform"), "failed in no task"),
    ],
}

RIGHT = {
    "03.1": [lambda lab: _piped(lab, [*RATED, "title"]), lambda lab: _piped(lab, RATED, wait=False)],
    "03.2": [
        _sql("SELECT round(avg(price), 2) AS average_price, category FROM products GROUP BY ALL ORDER BY 1 DESC;"),
        _sql(DEAREST.replace("avg(price)", "sum(price) / count(*)")),
    ],
    "03.3": [
        _sql(SHARE.format("100.0 * (count(*) - count(brand)) / count(*)")),
        _sql(SHARE.format("avg(CASE WHEN brand IS NULL THEN 100 ELSE 0 END)")),
        _sql(SHARE.format("100 * (1 - count(brand) / count(*))")),
    ],
    "03.4": [
        lambda lab: _replayed(lab, ["brand", "prize"], "transform", RATED),
        lambda lab: _replayed(lab, ["brand", "prize"], "transform", wait=False),
    ],
}
