"""What the pages of Trino and of Athena say that statements give. The statements are ours; the facts are theirs."""

from dataclasses import dataclass

TRINO = "https://trino.io/docs/current/"
ATHENA = "https://docs.aws.amazon.com/athena/latest/ug/"


@dataclass(frozen=True)
class Example:
    """A statement, the rows that it gives in any order, and the page that says so."""

    page: str
    sql: str
    rows: list[tuple[str | None, ...]]


def _examples(page: str, *pairs: tuple[str, str | None]) -> list[Example]:
    """Examples of one value each."""
    return [Example(page, f"SELECT {expression}", [(value,)]) for expression, value in pairs]


_SHIPPING = """
WITH shipping (origin_state, origin_zip, destination_state, destination_zip, package_weight) AS (VALUES
    ('California', 94131, 'New Jersey', 8648, 13), ('California', 94131, 'New Jersey', 8540, 42),
    ('New Jersey', 7081, 'Connecticut', 6708, 225), ('California', 90210, 'Connecticut', 6927, 1337),
    ('California', 94131, 'Colorado', 80302, 5), ('New York', 10002, 'New Jersey', 8540, 3))
"""
_COSTS = """
WITH shipping (origin_state, origin_zip, packages, total_cost) AS (VALUES ('California', '94131', 25, 100),
    ('California', 'P332a', 5, 72), ('California', '94025', 0, 155), ('New Jersey', '08544', 225, 490))
"""
_CONTINENTS = "FROM (VALUES 'America', 'Asia', 'Africa', 'Europe', 'Australia', 'Antarctica') AS t (continent)"
_MOMENT = "TIMESTAMP '2001-08-22 03:04:05.321'"

EXAMPLES = [
    *_examples(
        f"{TRINO}functions/datetime.html",
        ("date '2012-08-08' + interval '2' day", "2012-08-10"),
        ("timestamp '2012-08-08 01:00' + interval '29' hour", "2012-08-09 06:00:00.000"),
        ("timestamp '2012-10-31 01:00' + interval '1' month", "2012-11-30 01:00:00.000"),
        ("interval '2' day + interval '3' hour", "2 03:00:00.000"),
        ("date '2012-08-08' - interval '2' day", "2012-08-06"),
        ("timestamp '2012-08-08 01:00' - interval '29' hour", "2012-08-06 20:00:00.000"),
        ("timestamp '2012-10-31 01:00' - interval '1' month", "2012-09-30 01:00:00.000"),
        ("interval '2' day - interval '3' hour", "1 21:00:00.000"),
        ("timestamp '2012-10-31 01:00 UTC'", "2012-10-31 01:00:00.000 UTC"),
        ("from_iso8601_date('2020-05-11')", "2020-05-11"),
        (f"date_trunc('second', {_MOMENT})", "2001-08-22 03:04:05.000"),
        (f"date_trunc('minute', {_MOMENT})", "2001-08-22 03:04:00.000"),
        (f"date_trunc('hour', {_MOMENT})", "2001-08-22 03:00:00.000"),
        (f"date_trunc('week', {_MOMENT})", "2001-08-20 00:00:00.000"),
        (f"date_trunc('month', {_MOMENT})", "2001-08-01 00:00:00.000"),
        (f"date_trunc('quarter', {_MOMENT})", "2001-07-01 00:00:00.000"),
        (f"date_trunc('year', {_MOMENT})", "2001-01-01 00:00:00.000"),
        ("date_add('second', 86, TIMESTAMP '2020-03-01 00:00:00')", "2020-03-01 00:01:26.000"),
        ("date_add('hour', 9, TIMESTAMP '2020-03-01 00:00:00')", "2020-03-01 09:00:00.000"),
        ("date_add('day', -1, TIMESTAMP '2020-03-01 00:00:00 UTC')", "2020-02-29 00:00:00.000 UTC"),
        ("date_diff('second', TIMESTAMP '2020-03-01 00:00:00', TIMESTAMP '2020-03-02 00:00:00')", "86400"),
        ("date_diff('hour', TIMESTAMP '2020-03-01 00:00:00 UTC', TIMESTAMP '2020-03-02 00:00:00 UTC')", "24"),
        ("date_diff('day', DATE '2020-03-01', DATE '2020-03-02')", "1"),
        ("date_format(TIMESTAMP '2022-10-20 05:10:00', '%m-%d-%Y %H')", "10-20-2022 05"),
        ("date_parse('2022/10/20/05', '%Y/%m/%d/%H')", "2022-10-20 05:00:00.000"),
        ("extract(YEAR FROM TIMESTAMP '2022-10-20 05:10:00')", "2022"),
        ("current_timezone()", "UTC"),
    ),
    *_examples(
        f"{TRINO}functions/regexp.html",
        (r"regexp_count('1a 2b 14m', '\s*[a-z]+\s*')", "3"),
        (r"regexp_extract_all('1a 2b 14m', '\d+')", "[1, 2, 14]"),
        (r"regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)', 2)", "[a, b, m]"),
        (r"regexp_extract('1a 2b 14m', '\d+')", "1"),
        (r"regexp_extract('1a 2b 14m', '(\d+)([a-z]+)', 2)", "a"),
        (r"regexp_like('1a 2b 14m', '\d+b')", "true"),
        (r"regexp_replace('1a 2b 14m', '\d+[ab] ')", "14m"),
        (r"regexp_replace('1a 2b 14m', '(\d+)([ab]) ', '3c$2 ')", "3ca 3cb 14m"),
        (r"regexp_split('1a 2b 14m', '\s*[a-z]+\s*')", "[1, 2, 14, ]"),
    ),
    *_examples(
        f"{TRINO}functions/array.html",
        ("ARRAY[1, 1.2, 4]", "[1.0, 1.2, 4.0]"),
        ("ARRAY[1, 1.2, 4][2]", "1.2"),
        ("ARRAY[1] || ARRAY[2]", "[1, 2]"),
        ("ARRAY[1] || 2", "[1, 2]"),
        ("2 || ARRAY[1]", "[2, 1]"),
        ("filter(ARRAY[5, -6, NULL, 7], x -> x > 0)", "[5, 7]"),
        ("filter(ARRAY[5, NULL, 7, NULL], x -> x IS NOT NULL)", "[5, 7]"),
        ("transform(ARRAY[5, 6], x -> x + 1)", "[6, 7]"),
        ("transform(ARRAY[5, NULL, 6], x -> coalesce(x, 0) + 1)", "[6, 1, 7]"),
        ("transform(ARRAY['x', 'abc', 'z'], x -> x || '0')", "[x0, abc0, z0]"),
        (
            "transform(ARRAY[ARRAY[1, NULL, 2], ARRAY[3, NULL]], a -> filter(a, x -> x IS NOT NULL))",
            "[[1, 2], [3]]",
        ),
    ),
    *_examples(
        f"{TRINO}functions/string.html",
        ("translate('abcd', '', '')", "abcd"),
        ("translate('abcda', 'a', 'z')", "zbcdz"),
        ("translate('Palhoça', 'ç', 'c')", "Palhoca"),
        ("translate('abcd', 'a', '')", "bcd"),
        ("translate('abcd', 'a', 'zy')", "zbcd"),
        ("translate('abcd', 'ac', 'z')", "zbd"),
        ("translate('abcd', 'aac', 'zq')", "zbd"),
        ("trim('!' FROM '!foo!')", "foo"),
        ("trim(LEADING FROM '  abcd')", "abcd"),
        ("trim(BOTH '$' FROM '$var$')", "var"),
        ("trim(TRAILING 'ER' FROM upper('worker'))", "WORK"),
    ),
    *_examples(
        f"{TRINO}functions/comparison.html",
        ("3 BETWEEN 2 AND 6", "true"),
        ("NULL BETWEEN 2 AND 4", None),
        ("2 BETWEEN NULL AND 6", None),
        ("2 BETWEEN 3 AND NULL", "false"),
        ("8 BETWEEN NULL AND 6", "false"),
        ("'Paul' BETWEEN 'John' AND 'Ringo'", "true"),
        ("NULL IS NULL", "true"),
        ("3.0 IS NULL", "false"),
        ("NULL IS DISTINCT FROM NULL", "false"),
        ("NULL IS NOT DISTINCT FROM NULL", "true"),
        ("greatest(1, NULL)", None),
        (r"'South_America' LIKE 'South\_America' ESCAPE '\'", "true"),
    ),
    Example(f"{TRINO}functions/comparison.html", f"SELECT * {_CONTINENTS} WHERE continent LIKE 'E%'", [("Europe",)]),
    Example(f"{TRINO}functions/comparison.html", f"SELECT * {_CONTINENTS} WHERE continent LIKE 'A__A'", []),
    Example(f"{TRINO}functions/comparison.html", f"SELECT * {_CONTINENTS} WHERE continent LIKE 'A__a'", [("Asia",)]),
    *_examples(
        f"{TRINO}functions/decimal.html",
        ("typeof(CAST(1 AS decimal(10, 2)) + CAST(1 AS decimal(5, 3)))", "decimal(12,3)"),
        ("typeof(CAST(1 AS decimal(10, 2)) * CAST(1 AS decimal(5, 3)))", "decimal(15,5)"),
        ("typeof(CAST(1 AS decimal(10, 2)) / CAST(1 AS decimal(5, 3)))", "decimal(14,3)"),
        ("typeof(CAST(1 AS decimal(10, 2)) % CAST(1 AS decimal(5, 3)))", "decimal(5,3)"),
    ),
    Example(
        f"{TRINO}functions/conditional.html",
        "SELECT a, CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END FROM (VALUES 1, 2, 3) t(a)",
        [("1", "one"), ("2", "two"), ("3", "many")],
    ),
    Example(
        f"{TRINO}functions/conditional.html",
        f"{_COSTS} SELECT TRY(CAST(origin_zip AS BIGINT)) FROM shipping",
        [("94131",), (None,), ("94025",), ("8544",)],
    ),
    Example(
        f"{TRINO}functions/conditional.html",
        f"{_COSTS} SELECT origin_zip, COALESCE(TRY(total_cost / packages), 0) FROM shipping WHERE packages < 100",
        [("94131", "4"), ("P332a", "14"), ("94025", "0")],
    ),
    Example(
        f"{TRINO}functions/aggregate.html",
        "SELECT listagg(value, ',') WITHIN GROUP (ORDER BY value) csv_value FROM (VALUES 'a', 'c', 'b') t(value)",
        [("a,b,c",)],
    ),
    Example(
        f"{TRINO}functions/aggregate.html",
        "SELECT id, listagg(value, ',') WITHIN GROUP (ORDER BY o) FROM "
        "(VALUES (100, 1, 'a'), (200, 3, 'c'), (200, 2, 'b')) t(id, o, value) GROUP BY id",
        [("100", "a"), ("200", "b,c")],
    ),
    Example(
        f"{TRINO}sql/select.html#grouping-sets",
        f"{_SHIPPING} SELECT origin_state, origin_zip, destination_state, sum(package_weight) FROM shipping "
        "GROUP BY GROUPING SETS ((origin_state), (origin_state, origin_zip), (destination_state))",
        [
            ("New Jersey", None, None, "225"),
            ("California", None, None, "1397"),
            ("New York", None, None, "3"),
            ("California", "90210", None, "1337"),
            ("California", "94131", None, "60"),
            ("New Jersey", "7081", None, "225"),
            ("New York", "10002", None, "3"),
            (None, None, "Colorado", "5"),
            (None, None, "New Jersey", "58"),
            (None, None, "Connecticut", "1562"),
        ],
    ),
    Example(
        f"{TRINO}sql/select.html#cube",
        f"{_SHIPPING} SELECT origin_state, destination_state, sum(package_weight) FROM shipping "
        "GROUP BY CUBE (origin_state, destination_state)",
        [
            ("California", "New Jersey", "55"),
            ("California", "Colorado", "5"),
            ("New York", "New Jersey", "3"),
            ("New Jersey", "Connecticut", "225"),
            ("California", "Connecticut", "1337"),
            ("California", None, "1397"),
            ("New York", None, "3"),
            ("New Jersey", None, "225"),
            (None, "New Jersey", "58"),
            (None, "Connecticut", "1562"),
            (None, "Colorado", "5"),
            (None, None, "1625"),
        ],
    ),
    Example(
        f"{TRINO}sql/select.html#union-clause", "SELECT 13 UNION SELECT * FROM (VALUES 42, 13)", [("13",), ("42",)]
    ),
    Example(
        f"{TRINO}sql/select.html#union-clause",
        "SELECT 13 UNION ALL SELECT * FROM (VALUES 42, 13)",
        [("13",), ("42",), ("13",)],
    ),
    Example(f"{TRINO}sql/select.html#intersect-clause", "SELECT * FROM (VALUES 13, 42) INTERSECT SELECT 13", [("13",)]),
    Example(f"{TRINO}sql/select.html#except-clause", "SELECT * FROM (VALUES 13, 42) EXCEPT SELECT 13", [("42",)]),
    Example(
        f"{TRINO}sql/select.html#limit-clause",
        "SELECT * FROM (VALUES 5, 2, 4, 1, 3) t(x) ORDER BY x OFFSET 2 LIMIT 2",
        [("3",), ("4",)],
    ),
    Example(f"{TRINO}sql/select.html#unnest", "SELECT * FROM UNNEST(ARRAY[1, 2]) AS t(number)", [("1",), ("2",)]),
    Example(
        f"{TRINO}sql/select.html#unnest",
        "SELECT n, a FROM (VALUES (ARRAY[2, 5], ARRAY['dog', 'cat', 'bird']), (ARRAY[7, 8, 9], ARRAY['cow', 'pig'])) "
        "AS x (numbers, animals) CROSS JOIN UNNEST(numbers, animals) AS t (n, a)",
        [("2", "dog"), ("5", "cat"), (None, "bird"), ("7", "cow"), ("8", "pig"), ("9", None)],
    ),
    Example(
        f"{TRINO}sql/select.html#unnest",
        "SELECT a, b, rownumber FROM UNNEST(ARRAY[2, 5], ARRAY[7, 8, 9]) WITH ORDINALITY AS t(a, b, rownumber)",
        [("2", "7", "1"), ("5", "8", "2"), (None, "9", "3")],
    ),
    *_examples(f"{ATHENA}creating-arrays.html", ("ARRAY[ARRAY[1,2], ARRAY[3,4]]", "[[1, 2], [3, 4]]")),
    *_examples(f"{ATHENA}flattening-arrays.html", ("flatten(ARRAY[ARRAY[1,2], ARRAY[3,4]])", "[1, 2, 3, 4]")),
    Example(
        f"{ATHENA}flattening-arrays.html",
        "WITH dataset AS (SELECT 'engineering' AS department, ARRAY['Sharon', 'John', 'Bob', 'Sally'] AS users) "
        "SELECT department, names FROM dataset CROSS JOIN UNNEST(users) AS t(names)",
        [("engineering", name) for name in ("Sharon", "John", "Bob", "Sally")],
    ),
    Example(
        f"{ATHENA}creating-arrays-from-subqueries.html",
        "WITH dataset AS (SELECT ARRAY[1,2,3,4,5] AS items) "
        "SELECT array_agg(i ORDER BY i) AS array_items FROM dataset CROSS JOIN UNNEST(items) AS t(i)",
        [("[1, 2, 3, 4, 5]",)],
    ),
    Example(
        f"{ATHENA}filtering-arrays.html",
        "WITH dataset AS (SELECT ARRAY[1,2,3,4,5] AS items) "
        "SELECT array_agg(i ORDER BY i) AS array_items FROM dataset CROSS JOIN UNNEST(items) AS t(i) WHERE i > 3",
        [("[4, 5]",)],
    ),
    Example(
        f"{ATHENA}arrays-and-aggregation.html",
        "WITH dataset AS (SELECT ARRAY[ARRAY[1,2,3,4], ARRAY[5,6,7,8], ARRAY[9,0]] AS items), "
        "item AS (SELECT i AS array_items FROM dataset, UNNEST(items) AS t(i)) "
        "SELECT array_items, sum(val) AS total FROM item, UNNEST(array_items) AS t(val) GROUP BY array_items",
        [("[1, 2, 3, 4]", "10"), ("[5, 6, 7, 8]", "26"), ("[9, 0]", "9")],
    ),
    Example(
        f"{ATHENA}converting-arrays-to-strings.html",
        "WITH dataset AS (SELECT ARRAY['hello', 'amazon', 'athena'] AS words) "
        "SELECT array_join(words, ' ') AS welcome_msg FROM dataset",
        [("hello amazon athena",)],
    ),
    Example(
        f"{ATHENA}rows-and-structs.html",
        "SELECT CAST(ROW('Bob', 38) AS ROW(name VARCHAR, age INTEGER)) AS users",
        [("{name=Bob, age=38}",)],
    ),
    *_examples(
        f"{ATHENA}extracting-data-from-JSON.html",
        ("""json_extract_scalar('{"name": "Susan Smith", "org": "engineering"}', '$.name')""", "Susan Smith"),
    ),
]

REFUSED = [
    (
        "SELECT sequence(1, 10001)",
        "INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries",
    ),
    (
        "SELECT cardinality(sequence(0, -100000, -10))",
        "INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries",
    ),
    (
        "SELECT sequence(BIGINT '-9223372036854775807', 9223372036854775807)",
        "INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries",
    ),
    (
        "SELECT sequence(DATE '1990-01-01', DATE '2030-01-01')",
        "INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries",
    ),
    ("SELECT foo(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'foo' not registered"),
    ("SELECT nope FROM (VALUES 1) t(a)", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"),
    ("SELECT 1 FROM nowhere", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.examples.nowhere' does not exist"),
    ("SELECT 1 FROM nodb.nowhere", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nodb' does not exist"),
    (
        "SELECT * FROM (VALUES 1) t(a) WHERE a = 'x'",
        "TYPE_MISMATCH: line 1:37: Cannot apply operator: integer = varchar",
    ),
    ("SELECT a + 'x' FROM (VALUES 1) t(a)", "TYPE_MISMATCH: line 1:8: Cannot apply operator: integer + varchar"),
    ("SELECT histogram(a) FROM (VALUES 1) t(a)", "NOT_SUPPORTED: line 1:8: Unsupported by this stand-in: the function"),
    ("SELECT CAST('P332a' AS BIGINT)", "INVALID_CAST_ARGUMENT: Cannot cast 'P332a' to BIGINT"),
    ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"),
    ("SELECT CAST('300' AS tinyint)", "INVALID_CAST_ARGUMENT: Cannot cast '300' to TINYINT"),
    ("SELECT CAST('2024-02-30' AS date)", "INVALID_CAST_ARGUMENT: Value cannot be cast to date: 2024-02-30"),
    (
        "SELECT CAST('2024-02-30 00:00' AS timestamp)",
        "INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: 2024-02-30",
    ),
    (
        "SELECT CAST('x' AS decimal(4,2))",
        "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR 'x' to DECIMAL(4, 2). Value is not a number.",
    ),
    (
        "SELECT CAST('123' AS decimal(4,2))",
        "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR '123' to DECIMAL(4, 2). Value too large.",
    ),
    (
        "SELECT CAST(12345.6 AS decimal(4,2))",
        "INVALID_CAST_ARGUMENT: Cannot cast DECIMAL(6, 1) '12345.6' to DECIMAL(4, 2)",
    ),
    ("SELECT CAST(99999999999 AS integer)", "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 99999999999"),
    ("SELECT CAST(1e10 AS integer)", "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 1.0E10"),
    ("SELECT CAST(nan() AS bigint)", "INVALID_CAST_ARGUMENT: Cannot cast double NaN to bigint"),
    ("SELECT 1 / (a - 1) FROM (VALUES 1) t(a)", "DIVISION_BY_ZERO: Division by zero"),
    ("SELECT ARRAY[1, 2][3]", "INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length"),
    ("SELECT a, count(*) FROM (VALUES 1) t(a)", "EXPRESSION_NOT_AGGREGATE: "),
    ("SELECT 9223372036854775807 + a FROM (VALUES 1) t(a)", "NUMERIC_VALUE_OUT_OF_RANGE: "),
    ("SELECT DECIMAL '1.5'", "NOT_SUPPORTED: "),
    ("SELECT a AS b FROM (VALUES 1) t(a) GROUP BY b", "COLUMN_NOT_FOUND: line 1:45: Column 'b' cannot be resolved"),
    ("SELECT now() AT TIME ZONE 'Asia/Kuala_Lumpur'", "NOT_SUPPORTED: "),
    (r"SELECT regexp_like('ab', 'a(?=b)')", "NOT_SUPPORTED: "),
    ("SELECT interval '1' month", "NOT_SUPPORTED: "),
    ("SELECT date_parse('2020-01-01', '%D')", "INVALID_FUNCTION_ARGUMENT: "),
    ("SELECT 1 WHERE 1", "SYNTAX_ERROR: "),
    ("EXPLAIN SELECT 1", "NOT_SUPPORTED: "),
    ("SHOW NONSENSE", "NOT_SUPPORTED: "),
    ("SELECT CAST('2020-01-01 00:00 Asia/Kuala_Lumpur' AS timestamp with time zone)", "NOT_SUPPORTED: "),
    ("SELECT TRY(from_iso8601_timestamp('2020-01-01T00:00:00+08:00'))", "NOT_SUPPORTED: "),
]
"""Statements, and how the reason of their failure begins."""
