"""Statements of BigQuery's documentation with the results that it tells.

Each case names the page it is from, below https://cloud.google.com/bigquery/docs/reference/standard-sql/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

PAGES = "https://cloud.google.com/bigquery/docs/reference/standard-sql/"


@dataclass(frozen=True)
class Case:
    """A query and its rows, in any order unless it sorts them itself.

    Parameters:
        page: below PAGES, with the section.
        sql: the query.
        rows: what it must give.
    """

    page: str
    sql: str
    rows: Sequence[tuple[Any, ...]]

    @property
    def url(self) -> str:
        """Where it is documented."""
        return PAGES + self.page


def utc(*parts: int) -> datetime:
    """A moment."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


FINISHERS = """
  SELECT 'Sophia Liu' AS name, TIMESTAMP '2016-10-18 2:51:45' AS finish_time, 'F30-34' AS division
  UNION ALL SELECT 'Lisa Stelzner', TIMESTAMP '2016-10-18 2:54:11', 'F35-39'
  UNION ALL SELECT 'Nikki Leith', TIMESTAMP '2016-10-18 2:59:01', 'F30-34'
  UNION ALL SELECT 'Lauren Matthews', TIMESTAMP '2016-10-18 3:01:17', 'F35-39'
"""

STRINGS = [
    Case("string_functions#byte_length", "SELECT BYTE_LENGTH('абвгд'), BYTE_LENGTH(b'абвгд')", [(10, 10)]),
    Case("string_functions#char_length", "SELECT CHAR_LENGTH('абвгд')", [(5,)]),
    Case("string_functions#concat", "SELECT CONCAT('T.P.', ' ', 'Bar') AS author", [("T.P. Bar",)]),
    Case("string_functions#concat", "SELECT CONCAT('a', CAST(NULL AS STRING), 'b')", [(None,)]),
    Case("string_functions#ends_with", "SELECT ENDS_WITH('apple', 'e')", [(True,)]),
    Case("string_functions#from_base64", "SELECT FROM_BASE64('/+A=')", [(b"\377\340",)]),
    Case(
        "string_functions#from_hex",
        "SELECT FROM_HEX(x) FROM UNNEST(['00010203aaeeefff', '0AF', '666f6f626172']) AS x",
        [(b"\x00\x01\x02\x03\xaa\xee\xef\xff",), (b"\x00\xaf",), (b"foobar",)],
    ),
    Case("string_functions#left", "SELECT LEFT('banana', 3)", [("ban",)]),
    Case("string_functions#length", "SELECT LENGTH('абвгд'), LENGTH(CAST('абвгд' AS BYTES))", [(5, 10)]),
    Case("string_functions#lower", "SELECT LOWER('FOO BAR BAZ')", [("foo bar baz",)]),
    Case(
        "string_functions#lpad",
        "SELECT LPAD('c', 5), LPAD('b', 5, 'a'), LPAD('abc', 10, 'ghd'), LPAD('abc', 2, 'd')",
        [("    c", "aaaab", "ghdghdgabc", "ab")],
    ),
    Case(
        "string_functions#ltrim",
        "SELECT CONCAT('#', LTRIM('   apple   '), '#'), LTRIM('***apple***', '*'), LTRIM('xxxapplexxx', 'xyz')",
        [("#apple   #", "apple***", "applexxx")],
    ),
    Case(
        "string_functions#regexp_contains",
        r"SELECT e, REGEXP_CONTAINS(e, r'^([\w.+-]+@foo\.com|[\w.+-]+@bar\.org)$'),"
        r" REGEXP_CONTAINS(e, r'^[\w.+-]+@foo\.com|[\w.+-]+@bar\.org$')"
        " FROM UNNEST(['a@foo.com', 'a@foo.computer', '!b@bar.org', 'c@buz.net']) AS e",
        [
            ("a@foo.com", True, True),
            ("a@foo.computer", False, True),
            ("!b@bar.org", False, True),
            ("c@buz.net", False, False),
        ],
    ),
    Case(
        "string_functions#regexp_extract",
        r"SELECT REGEXP_EXTRACT('foo@example.com', r'^[a-zA-Z0-9_.+-]+'), REGEXP_EXTRACT('ab', '.b'),"
        r" REGEXP_EXTRACT('ab', '(.)b'), REGEXP_EXTRACT('ab', 'z')",
        [("foo", "ab", "a", None)],
    ),
    Case(
        "string_functions#regexp_replace",
        r"SELECT REGEXP_REPLACE('# Heading', r'^# ([a-zA-Z0-9\s]+$)', '<h1>\\1</h1>')",
        [("<h1>Heading</h1>",)],
    ),
    Case(
        "string_functions#repeat",
        "SELECT REPEAT('abc', 3), REPEAT('abc', NULL), REPEAT(NULL, 3)",
        [("abcabcabc", None, None)],
    ),
    Case(
        "string_functions#replace",
        "SELECT REPLACE(x, 'pie', 'cobbler') FROM UNNEST(['apple pie', 'cherry pie']) AS x",
        [("apple cobbler",), ("cherry cobbler",)],
    ),
    Case("string_functions#right", "SELECT RIGHT('apple', 3)", [("ple",)]),
    Case(
        "string_functions#rpad",
        "SELECT RPAD('c', 5), RPAD('abc', 10, 'ghd'), RPAD('abc', 2, 'd')",
        [("c    ", "abcghdghdg", "ab")],
    ),
    Case(
        "string_functions#rtrim", "SELECT RTRIM('***apple***', '*'), RTRIM('applexxz', 'xyz')", [("***apple", "apple")]
    ),
    Case(
        "string_functions#split",
        "SELECT SPLIT(x, ' ') FROM UNNEST(['', 'a', 'b c d']) AS x",
        [([""],), (["a"],), (["b", "c", "d"],)],
    ),
    Case("string_functions#starts_with", "SELECT STARTS_WITH('bar', 'b')", [(True,)]),
    Case("string_functions#strpos", "SELECT STRPOS('foo@example.com', '@'), STRPOS('foobar', '@')", [(4, 0)]),
    Case(
        "string_functions#substr",
        "SELECT SUBSTR('apple', 2), SUBSTR('apple', 2, 2), SUBSTR('apple', -2), SUBSTR('apple', 1, 123),"
        " SUBSTR('apple', 123), SUBSTR('apple', 0, 2), SUBSTR('apple', -10, 2)",
        [("pple", "pp", "le", "apple", "", "ap", "ap")],
    ),
    Case("string_functions#to_base64", r"SELECT TO_BASE64(b'\377\340')", [("/+A=",)]),
    Case("string_functions#to_hex", r"SELECT TO_HEX(b'\x00\x01\x02\x03\xAA\xEE\xEF\xFF')", [("00010203aaeeefff",)]),
    Case(
        "string_functions#trim",
        "SELECT CONCAT('#', TRIM('   apple   '), '#'), TRIM('***apple***', '*'), TRIM('xzxapplexxy', 'xyz')",
        [("#apple#", "apple", "apple")],
    ),
    Case("string_functions#upper", "SELECT UPPER('foo')", [("FOO",)]),
]

HASHES = [
    Case("hash_functions#md5", "SELECT MD5('Hello World')", [(bytes.fromhex("b10a8db164e0754105b7a99be72e3fe5"),)]),
    Case(
        "hash_functions#sha1",
        "SELECT SHA1('Hello World')",
        [(bytes.fromhex("0a4d55a8d778e5022fab701977c5d840bbc486d0"),)],
    ),
    Case(
        "hash_functions#sha256",
        "SELECT TO_HEX(SHA256('Hello World'))",
        [("a591a6d40bf420404a011733cfb7b190d62c65bf0bcda32b57b277d9ad9f146e",)],
    ),
]

CASTS = [
    Case(
        "conversion_functions#cast",
        "SELECT CAST(x = 1 AS STRING) FROM UNNEST([1, 2, NULL]) AS x",
        [("true",), ("false",), (None,)],
    ),
    Case(
        "conversion_functions#cast_as_integer", "SELECT CAST('0x123' AS INT64), CAST('-0x123' AS INT64)", [(291, -291)]
    ),
    Case(
        "conversion_functions#cast_as_integer",
        "SELECT CAST(1.5 AS INT64), CAST(-0.5 AS INT64), CAST(2.5 AS INT64)",
        [(2, -1, 3)],
    ),
    Case(
        "conversion_functions#cast_as_bool",
        "SELECT CAST('TRUE' AS BOOL), CAST('false' AS BOOL), CAST(0 AS BOOL), CAST(7 AS BOOL)",
        [(True, False, False, True)],
    ),
    Case("conversion_functions#cast_as_bytes", "SELECT CAST('©' AS BYTES)", [(b"\xc2\xa9",)]),
    Case(
        "conversion_functions#cast_as_numeric",
        "SELECT CAST('1.0000000005' AS NUMERIC), CAST(-1.5 AS NUMERIC)",
        [(Decimal("1.000000001"), Decimal("-1.5"))],
    ),
    Case(
        "conversion_functions#cast_as_string",
        "SELECT CAST(1.5 AS STRING), CAST(NUMERIC '7.10' AS STRING), CAST(b'abc' AS STRING),"
        " CAST(DATE '2014-09-27' AS STRING), CAST(TIMESTAMP '2020-06-02 23:58:40+00' AS STRING)",
        [("1.5", "7.1", "abc", "2014-09-27", "2020-06-02 23:58:40+00")],
    ),
    Case(
        "conversion_functions#cast_as_date",
        "SELECT CAST(TIMESTAMP '2014-09-27 23:30:00+00' AS DATE)",
        [(date(2014, 9, 27),)],
    ),
    Case(
        "conversion_functions#safe_casting",
        "SELECT SAFE_CAST('apple' AS INT64), SAFE_CAST('1.5' AS INT64), SAFE_CAST('7' AS INT64),"
        " SAFE_CAST('2014-13-01' AS DATE)",
        [(None, None, 7, None)],
    ),
    Case("conversion_rules#supertypes", "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2.5)", [(1.0,), (2.5,)]),
    Case("conversion_rules#literal_coercion", "SELECT DATE '2014-09-27' = '2014-09-27'", [(True,)]),
]

MATHS = [
    Case(
        "operators#arithmetic_operators",
        "SELECT 7 / 2, 4 / 2, NUMERIC '10' / 4, 7 - 2 * 3",
        [(3.5, 2.0, Decimal("2.5"), 1)],
    ),
    Case("mathematical_functions#abs", "SELECT ABS(25), ABS(-25)", [(25, 25)]),
    Case("mathematical_functions#ceil", "SELECT CEIL(2.0), CEIL(2.3), CEIL(2.8), CEIL(-2.3)", [(2.0, 3.0, 3.0, -2.0)]),
    Case("mathematical_functions#div", "SELECT DIV(20, 4), DIV(12, -7), DIV(20, 3), DIV(0, 20)", [(5, -1, 6, 0)]),
    Case("mathematical_functions#floor", "SELECT FLOOR(2.0), FLOOR(2.8), FLOOR(-2.3)", [(2.0, 2.0, -3.0)]),
    Case("mathematical_functions#greatest", "SELECT GREATEST(3, 5, 1), GREATEST(3, NULL, 1)", [(5, None)]),
    Case("mathematical_functions#least", "SELECT LEAST(3, 5, 1)", [(1,)]),
    Case("mathematical_functions#mod", "SELECT MOD(25, 12), MOD(25, 0 + 5), MOD(-25, 12)", [(1, 0, -1)]),
    Case("mathematical_functions#pow", "SELECT POW(2.0, 3.0)", [(8.0,)]),
    Case(
        "mathematical_functions#round",
        "SELECT ROUND(2.3), ROUND(2.8), ROUND(2.5), ROUND(-2.5), ROUND(0), ROUND(123.7, -1), ROUND(1.235, 2)",
        [(2.0, 3.0, 3.0, -3.0, 0.0, 120.0, 1.24)],
    ),
    Case("mathematical_functions#safe_add", "SELECT SAFE_ADD(5, 4), SAFE_ADD(9223372036854775807, 1)", [(9, None)]),
    Case(
        "mathematical_functions#safe_divide",
        "SELECT SAFE_DIVIDE(20, 4), SAFE_DIVIDE(0, 20), SAFE_DIVIDE(20, 0)",
        [(5.0, 0.0, None)],
    ),
    Case("mathematical_functions#sign", "SELECT SIGN(25), SIGN(0), SIGN(-25)", [(1, 0, -1)]),
    Case("mathematical_functions#sqrt", "SELECT SQRT(25.0)", [(5.0,)]),
    Case("mathematical_functions#trunc", "SELECT TRUNC(2.3), TRUNC(2.8), TRUNC(-2.5)", [(2.0, 2.0, -2.0)]),
]

AGGREGATES = [
    Case(
        "aggregate_functions#array_agg",
        "SELECT ARRAY_AGG(x) FROM UNNEST([2, 1, -2, 3, -2, 1, 2]) AS x",
        [([2, 1, -2, 3, -2, 1, 2],)],
    ),
    Case(
        "aggregate_functions#array_agg",
        "SELECT ARRAY_AGG(x IGNORE NULLS) FROM UNNEST([NULL, 1, -2, 3, -2, 1, NULL]) AS x",
        [([1, -2, 3, -2, 1],)],
    ),
    Case(
        "aggregate_functions#array_agg",
        "SELECT ARRAY_AGG(x ORDER BY ABS(x)) FROM UNNEST([2, 1, -3]) AS x",
        [([1, 2, -3],)],
    ),
    Case(
        "aggregate_functions#array_agg",
        "SELECT ARRAY_AGG(x LIMIT 3) FROM UNNEST([2, 1, -2, 3, -2, 1, 2]) AS x",
        [([2, 1, -2],)],
    ),
    Case("aggregate_functions#avg", "SELECT AVG(x), AVG(DISTINCT x) FROM UNNEST([0, 2, 4, 4, 5]) AS x", [(3.0, 2.75)]),
    Case(
        "aggregate_functions#avg",
        "SELECT x, AVG(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
        " FROM UNNEST([0, 2, NULL, 4, 4, 5]) AS x",
        [(None, None), (0, 0.0), (2, 1.0), (4, 3.0), (4, 4.0), (5, 4.5)],
    ),
    Case("aggregate_functions#count", "SELECT COUNT(*), COUNT(DISTINCT x) FROM UNNEST([1, 4, 4, 5]) AS x", [(4, 3)]),
    Case(
        "aggregate_functions#countif",
        "SELECT COUNTIF(x < 0), COUNTIF(x > 0) FROM UNNEST([5, -2, 3, 6, -10, -7, 4, 0]) AS x",
        [(3, 4)],
    ),
    Case(
        "aggregate_functions#logical_and",
        "SELECT LOGICAL_AND(x < 3), LOGICAL_OR(x < 3) FROM UNNEST([1, 2, 4]) AS x",
        [(False, True)],
    ),
    Case("aggregate_functions#max", "SELECT MAX(x), MIN(x) FROM UNNEST([8, 37, 55, 4]) AS x", [(55, 4)]),
    Case(
        "aggregate_functions#max",
        "SELECT x, MAX(x) OVER (PARTITION BY MOD(x, 2)) FROM UNNEST([8, NULL, 37, 55, NULL, 4]) AS x",
        [(None, None), (None, None), (8, 8), (4, 8), (37, 55), (55, 55)],
    ),
    Case(
        "aggregate_functions#string_agg",
        "SELECT STRING_AGG(f), STRING_AGG(f, ' & ') FROM UNNEST(['apple', NULL, 'pear', 'banana', 'pear']) AS f",
        [("apple,pear,banana,pear", "apple & pear & banana & pear")],
    ),
    Case(
        "aggregate_functions#string_agg",
        "SELECT STRING_AGG(f, ' & ' ORDER BY LENGTH(f) LIMIT 1) FROM UNNEST(['apple', 'pear', 'banana']) AS f",
        [("pear",)],
    ),
    Case(
        "aggregate_functions#sum",
        "SELECT SUM(x), SUM(DISTINCT x) FROM UNNEST([1, 2, 3, 4, 5, 4, 3, 2, 1]) AS x",
        [(25, 15)],
    ),
    Case(
        "statistical_aggregate_functions#stddev_pop",
        "SELECT STDDEV_POP(x) FROM UNNEST([10, 14, 18]) AS x",
        [(3.265986323710904,)],
    ),
    Case("statistical_aggregate_functions#var_samp", "SELECT VAR_SAMP(x) FROM UNNEST([10, 14, 18]) AS x", [(16.0,)]),
]

WINDOWS = [
    Case(
        "numbering_functions#dense_rank",
        "SELECT x, DENSE_RANK() OVER (ORDER BY x) FROM UNNEST([1, 2, 2, 5, 8, 10, 10]) AS x",
        [(1, 1), (2, 2), (2, 2), (5, 3), (8, 4), (10, 5), (10, 5)],
    ),
    Case(
        "numbering_functions#rank",
        "SELECT x, RANK() OVER (ORDER BY x) FROM UNNEST([1, 2, 2, 5, 8, 10, 10]) AS x",
        [(1, 1), (2, 2), (2, 2), (5, 4), (8, 5), (10, 6), (10, 6)],
    ),
    Case(
        "numbering_functions#row_number",
        f"SELECT name, ROW_NUMBER() OVER (PARTITION BY division ORDER BY finish_time) FROM ({FINISHERS})",
        [("Sophia Liu", 1), ("Nikki Leith", 2), ("Lisa Stelzner", 1), ("Lauren Matthews", 2)],
    ),
    Case(
        "numbering_functions#ntile",
        "SELECT x, NTILE(3) OVER (ORDER BY x) FROM UNNEST([1, 2, 3, 4]) AS x",
        [(1, 1), (2, 1), (3, 2), (4, 3)],
    ),
    Case(
        "navigation_functions#lag",
        f"SELECT name, LAG(name) OVER (PARTITION BY division ORDER BY finish_time) FROM ({FINISHERS})",
        [
            ("Sophia Liu", None),
            ("Nikki Leith", "Sophia Liu"),
            ("Lisa Stelzner", None),
            ("Lauren Matthews", "Lisa Stelzner"),
        ],
    ),
    Case(
        "navigation_functions#lead",
        f"SELECT name, LEAD(name, 1, 'Nobody') OVER (PARTITION BY division ORDER BY finish_time) FROM ({FINISHERS})",
        [
            ("Sophia Liu", "Nikki Leith"),
            ("Nikki Leith", "Nobody"),
            ("Lisa Stelzner", "Lauren Matthews"),
            ("Lauren Matthews", "Nobody"),
        ],
    ),
    Case(
        "navigation_functions#first_value",
        "SELECT name, FIRST_VALUE(finish_time) OVER (PARTITION BY division ORDER BY finish_time"
        f" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM ({FINISHERS}) WHERE division = 'F30-34'",
        [("Sophia Liu", utc(2016, 10, 18, 2, 51, 45)), ("Nikki Leith", utc(2016, 10, 18, 2, 51, 45))],
    ),
]

DATES = [
    Case(
        "date_functions#date",
        "SELECT DATE(2016, 12, 25), DATE(DATETIME '2016-12-25 23:59:59'),"
        " DATE(TIMESTAMP '2016-12-25 05:30:00+07', 'America/Los_Angeles')",
        [(date(2016, 12, 25), date(2016, 12, 25), date(2016, 12, 24))],
    ),
    Case("date_functions#date_add", "SELECT DATE_ADD(DATE '2008-12-25', INTERVAL 5 DAY)", [(date(2008, 12, 30),)]),
    Case("date_functions#date_sub", "SELECT DATE_SUB(DATE '2008-12-25', INTERVAL 5 DAY)", [(date(2008, 12, 20),)]),
    Case(
        "date_functions#date_diff",
        "SELECT DATE_DIFF(DATE '2010-07-07', DATE '2008-12-25', DAY),"
        " DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', WEEK), DATE_DIFF('2017-12-30', '2014-12-30', YEAR),"
        " DATE_DIFF('2017-12-30', '2014-12-30', ISOYEAR), DATE_DIFF('2017-12-18', '2017-12-17', WEEK(MONDAY)),"
        " DATE_DIFF('2017-12-18', '2017-12-17', ISOWEEK)",
        [(559, 1, 3, 2, 1, 1)],
    ),
    Case(
        "date_functions#date_trunc",
        "SELECT DATE_TRUNC(DATE '2008-12-25', MONTH), DATE_TRUNC(DATE '2017-11-05', WEEK(MONDAY)),"
        " DATE_TRUNC('2015-06-15', ISOYEAR)",
        [(date(2008, 12, 1), date(2017, 10, 30), date(2014, 12, 29))],
    ),
    Case(
        "date_functions#extract",
        "SELECT d, EXTRACT(ISOYEAR FROM d), EXTRACT(ISOWEEK FROM d), EXTRACT(YEAR FROM d), EXTRACT(WEEK FROM d)"
        " FROM UNNEST(GENERATE_DATE_ARRAY('2015-12-26', '2016-01-04', INTERVAL 3 DAY)) AS d ORDER BY d",
        [
            (date(2015, 12, 26), 2015, 52, 2015, 51),
            (date(2015, 12, 29), 2015, 53, 2015, 52),
            (date(2016, 1, 1), 2015, 53, 2016, 0),
            (date(2016, 1, 4), 2016, 1, 2016, 1),
        ],
    ),
    Case(
        "date_functions#format_date",
        "SELECT FORMAT_DATE('%x', DATE '2008-12-25'), FORMAT_DATE('%b-%d-%Y', DATE '2008-12-25'),"
        " FORMAT_DATE('%b %Y', DATE '2008-12-25')",
        [("12/25/08", "Dec-25-2008", "Dec 2008")],
    ),
    Case(
        "date_functions#last_day",
        "SELECT LAST_DAY(DATE '2008-11-25'), LAST_DAY(DATE '2008-11-25', YEAR)",
        [(date(2008, 11, 30), date(2008, 12, 31))],
    ),
    Case(
        "date_functions#parse_date",
        "SELECT PARSE_DATE('%Y%m%d', '20081225'), PARSE_DATE('%F', '2000-12-30')",
        [(date(2008, 12, 25), date(2000, 12, 30))],
    ),
    Case(
        "date_functions#unix_date",
        "SELECT UNIX_DATE(DATE '2008-12-25'), DATE_FROM_UNIX_DATE(14238)",
        [(14238, date(2008, 12, 25))],
    ),
    Case(
        "datetime_functions#datetime",
        "SELECT DATETIME(2008, 12, 25, 05, 30, 00),"
        " DATETIME(TIMESTAMP '2008-12-25 05:30:00+00', 'America/Los_Angeles')",
        [(datetime(2008, 12, 25, 5, 30), datetime(2008, 12, 24, 21, 30))],
    ),
    Case(
        "datetime_functions#datetime_diff",
        "SELECT DATETIME_DIFF(DATETIME '2010-07-07 10:20:00', DATETIME '2008-12-25 15:30:00', DAY),"
        " DATETIME_DIFF(DATETIME '2017-10-15 00:00:00', DATETIME '2017-10-14 00:00:00', WEEK)",
        [(559, 1)],
    ),
    Case(
        "datetime_functions#datetime_trunc",
        "SELECT DATETIME_TRUNC(DATETIME '2008-12-25 15:30:00', DAY)",
        [(datetime(2008, 12, 25),)],
    ),
    Case(
        "datetime_functions#parse_datetime",
        "SELECT PARSE_DATETIME('%Y-%m-%d %H:%M:%S', '1998-10-18 13:45:55'),"
        " PARSE_DATETIME('%m/%d/%Y %I:%M:%S %p', '8/30/2018 2:23:38 pm')",
        [(datetime(1998, 10, 18, 13, 45, 55), datetime(2018, 8, 30, 14, 23, 38))],
    ),
    Case(
        "time_functions#time_add",
        "SELECT TIME_ADD(TIME '15:30:00', INTERVAL 10 MINUTE), TIME(15, 30, 00)",
        [(time(15, 40), time(15, 30))],
    ),
    Case("time_functions#time_diff", "SELECT TIME_DIFF(TIME '15:30:00', TIME '14:35:00', MINUTE)", [(55,)]),
    Case("time_functions#time_trunc", "SELECT TIME_TRUNC(TIME '15:30:00', HOUR)", [(time(15),)]),
    Case(
        "timestamp_functions#extract",
        "SELECT EXTRACT(DAY FROM t AT TIME ZONE 'UTC'), EXTRACT(DAY FROM t AT TIME ZONE 'America/Los_Angeles')"
        " FROM (SELECT TIMESTAMP('2008-12-25 05:30:00+00') AS t)",
        [(25, 24)],
    ),
    Case(
        "timestamp_functions#format_timestamp",
        "SELECT FORMAT_TIMESTAMP('%b-%d-%Y', TIMESTAMP '2050-12-25 15:30:55+00'),"
        " FORMAT_TIMESTAMP('%F %T', TIMESTAMP '2050-12-25 15:30:55+00', 'America/Los_Angeles')",
        [("Dec-25-2050", "2050-12-25 07:30:55")],
    ),
    Case(
        "timestamp_functions#string", "SELECT STRING(TIMESTAMP '2008-12-25 15:30:00+00')", [("2008-12-25 15:30:00+00",)]
    ),
    Case(
        "timestamp_functions#timestamp",
        "SELECT TIMESTAMP('2008-12-25 15:30:00+00'), TIMESTAMP('2008-12-25 15:30:00', 'America/Los_Angeles'),"
        " TIMESTAMP('2008-12-25 15:30:00 UTC'), TIMESTAMP(DATE '2008-12-25')",
        [(utc(2008, 12, 25, 15, 30), utc(2008, 12, 25, 23, 30), utc(2008, 12, 25, 15, 30), utc(2008, 12, 25))],
    ),
    Case(
        "timestamp_functions#timestamp_add",
        "SELECT TIMESTAMP_ADD(TIMESTAMP '2008-12-25 15:30:00+00', INTERVAL 10 MINUTE),"
        " TIMESTAMP_SUB(TIMESTAMP '2008-12-25 15:30:00+00', INTERVAL 10 MINUTE)",
        [(utc(2008, 12, 25, 15, 40), utc(2008, 12, 25, 15, 20))],
    ),
    Case(
        "timestamp_functions#timestamp_diff",
        "SELECT TIMESTAMP_DIFF(TIMESTAMP '2010-07-07 10:20:00+00', TIMESTAMP '2008-12-25 15:30:00+00', HOUR),"
        " TIMESTAMP_DIFF(TIMESTAMP '2018-08-14', TIMESTAMP '2018-10-14', DAY),"
        " TIMESTAMP_DIFF('2001-02-01 01:00:00', '2001-02-01 00:00:01', HOUR)",
        [(13410, -61, 0)],
    ),
    Case(
        "timestamp_functions#timestamp_seconds",
        "SELECT TIMESTAMP_SECONDS(1230219000), TIMESTAMP_MILLIS(1230219000000), TIMESTAMP_MICROS(1230219000000000)",
        [(utc(2008, 12, 25, 15, 30),) * 3],
    ),
    Case(
        "timestamp_functions#timestamp_trunc",
        "SELECT TIMESTAMP_TRUNC(TIMESTAMP '2008-12-25 15:30:00+00', DAY, 'UTC'),"
        " TIMESTAMP_TRUNC(TIMESTAMP '2008-12-25 15:30:00+00', DAY, 'America/Los_Angeles')",
        [(utc(2008, 12, 25), utc(2008, 12, 25, 8))],
    ),
    Case(
        "timestamp_functions#unix_millis",
        "SELECT UNIX_SECONDS(t), UNIX_MILLIS(t), UNIX_MICROS(t)"
        " FROM (SELECT TIMESTAMP '1970-01-01 00:00:01.8+00' AS t)",
        [(1, 1800, 1800000)],
    ),
    Case(
        "timestamp_functions#unix_seconds",
        "SELECT UNIX_SECONDS(t), UNIX_MILLIS(t), UNIX_MICROS(t), EXTRACT(MICROSECOND FROM t),"
        " EXTRACT(MILLISECOND FROM t)"
        " FROM (SELECT TIMESTAMP '1969-12-31 23:59:59.99925+00' AS t)",
        [(-1, -1, -750, 999250, 999)],
    ),
    Case(
        "timestamp_functions#unix_seconds",
        "SELECT UNIX_SECONDS(t), UNIX_MILLIS(t) FROM (SELECT TIMESTAMP '1969-12-31 23:59:59+00' AS t)",
        [(-1, -1000)],
    ),
    Case(
        "date_functions#last_day",
        "SELECT LAST_DAY(d, WEEK), LAST_DAY(d, WEEK(SUNDAY)), LAST_DAY(d, WEEK(MONDAY)), LAST_DAY(d, ISOWEEK),"
        " LAST_DAY(d, ISOYEAR), LAST_DAY(d, QUARTER), LAST_DAY(DATETIME '2008-11-25 01:02:03', YEAR)"
        " FROM (SELECT DATE '2008-11-10' AS d)",
        [
            (
                date(2008, 11, 15),
                date(2008, 11, 15),
                date(2008, 11, 16),
                date(2008, 11, 16),
                date(2008, 12, 28),
                date(2008, 12, 31),
                date(2008, 12, 31),
            )
        ],
    ),
]

ARRAYS = [
    Case(
        "array_functions#array_length",
        "SELECT ARRAY_LENGTH(NULL), ARRAY_TO_STRING(NULL, ','), ARRAY_CONCAT(NULL, [1]) IS NULL,"
        " ARRAY_REVERSE(NULL) IS NULL",
        [(None, None, True, True)],
    ),
    Case(
        "array_functions#generate_date_array",
        "SELECT GENERATE_DATE_ARRAY('2016-01-31', '2016-04-30', INTERVAL 1 MONTH),"
        " GENERATE_DATE_ARRAY('2016-01-01', '2016-12-31', INTERVAL 2 QUARTER),"
        " GENERATE_DATE_ARRAY('2016-04-01', '2016-01-15', INTERVAL -1 MONTH)",
        [
            (
                [date(2016, 1, 31), date(2016, 2, 29), date(2016, 3, 31), date(2016, 4, 30)],
                [date(2016, 1, 1), date(2016, 7, 1)],
                [date(2016, 4, 1), date(2016, 3, 1), date(2016, 2, 1)],
            )
        ],
    ),
    Case("array_functions#array", "SELECT ARRAY(SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)", [([1, 2, 3],)]),
    Case("array_functions#array_concat", "SELECT ARRAY_CONCAT([1, 2], [3, 4], [5, 6])", [([1, 2, 3, 4, 5, 6],)]),
    Case(
        "array_functions#array_length",
        "SELECT ARRAY_LENGTH(['coffee', NULL, 'milk']), ARRAY_LENGTH(['cake', 'pie'])",
        [(3, 2)],
    ),
    Case("array_functions#array_reverse", "SELECT ARRAY_REVERSE([1, 2, 3])", [([3, 2, 1],)]),
    Case(
        "array_functions#array_to_string",
        "SELECT ARRAY_TO_STRING(['coffee', 'tea', 'milk', NULL], '--', 'MISSING'),"
        " ARRAY_TO_STRING(['cake', 'pie', NULL], '--')",
        [("coffee--tea--milk--MISSING", "cake--pie")],
    ),
    Case(
        "array_functions#generate_array",
        "SELECT GENERATE_ARRAY(1, 5), GENERATE_ARRAY(0, 10, 3), GENERATE_ARRAY(10, 0, -3), GENERATE_ARRAY(10, 0, 3)",
        [([1, 2, 3, 4, 5], [0, 3, 6, 9], [10, 7, 4, 1], [])],
    ),
    Case(
        "array_functions#generate_date_array",
        "SELECT GENERATE_DATE_ARRAY('2016-10-05', '2016-10-09', INTERVAL 2 DAY),"
        " GENERATE_DATE_ARRAY('2016-10-05', '2016-10-01', INTERVAL -3 DAY)",
        [([date(2016, 10, 5), date(2016, 10, 7), date(2016, 10, 9)], [date(2016, 10, 5), date(2016, 10, 2)])],
    ),
    Case(
        "operators#array_subscript_operator",
        "SELECT a[0], a[OFFSET(0)], a[ORDINAL(1)], a[SAFE_OFFSET(6)] FROM (SELECT ['coffee', 'tea', 'milk'] AS a)",
        [("coffee", "coffee", "coffee", None)],
    ),
    Case(
        "query-syntax#unnest_operator",
        "SELECT * FROM UNNEST([10, 20, 30]) AS numbers WITH OFFSET",
        [(10, 0), (20, 1), (30, 2)],
    ),
]

QUERIES = [
    Case(
        "query-syntax#group_by_clause",
        "SELECT MOD(x, 2) AS x, COUNT(*) FROM UNNEST([1, 2, 3]) AS x GROUP BY x",
        [(1, 2), (0, 1)],
    ),
    Case(
        "conditional_expressions#case_expr",
        "WITH n AS (SELECT 90 AS a UNION ALL SELECT 50 UNION ALL SELECT 60)"
        " SELECT a, CASE a WHEN 90 THEN 'red' WHEN 50 THEN 'blue' ELSE 'green' END FROM n",
        [(90, "red"), (50, "blue"), (60, "green")],
    ),
    Case(
        "conditional_expressions#case",
        "WITH n AS (SELECT 90 AS a, 2 AS b UNION ALL SELECT 50, 6 UNION ALL SELECT 20, 10)"
        " SELECT a, CASE WHEN a > 60 THEN 'red' WHEN b = 6 THEN 'blue' ELSE 'green' END FROM n",
        [(90, "red"), (50, "blue"), (20, "green")],
    ),
    Case("conditional_expressions#coalesce", "SELECT COALESCE('A', 'B', 'C'), COALESCE(NULL, 'B', 'C')", [("A", "B")]),
    Case(
        "conditional_expressions#if",
        "SELECT a, IF(a < b, 'true', 'false') FROM (SELECT 10 AS a, 20 AS b UNION ALL SELECT 50, 30)",
        [(10, "true"), (50, "false")],
    ),
    Case("conditional_expressions#ifnull", "SELECT IFNULL(NULL, 0), IFNULL(10, 0)", [(0, 10)]),
    Case("conditional_expressions#nullif", "SELECT NULLIF(0, 0), NULLIF(10, 0)", [(None, 10)]),
    Case(
        "operators#like_operator",
        r"SELECT 'apple' LIKE 'a%', 'a_c' LIKE 'a\\_c', 'abc' LIKE 'a\\_c'",
        [(True, True, False)],
    ),
    Case(
        "operators#in_operators",
        "SELECT 1 IN (1, NULL), 2 IN (1, NULL), 2 NOT IN (1, 3), 1 IN UNNEST([1, 2])",
        [(True, None, True, True)],
    ),
    Case(
        "operators#is_distinct",
        "SELECT 1 IS DISTINCT FROM 2, 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL",
        [(True, True, False)],
    ),
    Case(
        "query-syntax#select_except",
        "WITH orders AS (SELECT 5 AS order_id, 'sprocket' AS item_name, 200 AS quantity)"
        " SELECT * EXCEPT (order_id) FROM orders",
        [("sprocket", 200)],
    ),
    Case(
        "query-syntax#select_replace",
        "WITH orders AS (SELECT 5 AS order_id, 'sprocket' AS item_name, 200 AS quantity)"
        " SELECT * REPLACE (quantity/2 AS quantity) FROM orders",
        [(5, "sprocket", 100.0)],
    ),
    Case(
        "query-syntax#select_expression_star",
        "WITH locations AS (SELECT STRUCT('Seattle' AS city, 'Washington' AS state) AS location)"
        " SELECT l.location.* FROM locations l",
        [("Seattle", "Washington")],
    ),
    Case(
        "query-syntax#left_join",
        "WITH a AS (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT NULL),"
        " b AS (SELECT 2 AS x UNION ALL SELECT 3) SELECT a.x AS ax, b.x AS bx FROM a LEFT OUTER JOIN b ON a.x = b.x",
        [(1, None), (2, 2), (None, None)],
    ),
    Case(
        "query-syntax#full_join",
        "WITH a AS (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3),"
        " b AS (SELECT 2 AS x UNION ALL SELECT 3 UNION ALL SELECT 4) SELECT * FROM a FULL OUTER JOIN b USING (x)",
        [(1,), (2,), (3,), (4,)],
    ),
    Case(
        "query-syntax#using_clause",
        "WITH a AS (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT NULL),"
        " b AS (SELECT 2 AS x UNION ALL SELECT 9)"
        " SELECT x, a.x AS ax, b.x AS bx FROM a RIGHT OUTER JOIN b USING (x)",
        [(2, 2, 2), (9, None, 9)],
    ),
    Case(
        "query-syntax#qualify_clause",
        "SELECT item, RANK() OVER (PARTITION BY category ORDER BY purchases DESC) AS r FROM ("
        "SELECT 'kale' AS item, 23 AS purchases, 'vegetable' AS category UNION ALL SELECT 'banana', 2, 'fruit'"
        " UNION ALL SELECT 'cabbage', 9, 'vegetable' UNION ALL SELECT 'apple', 8, 'fruit'"
        " UNION ALL SELECT 'leek', 2, 'vegetable') QUALIFY r <= 1",
        [("kale", 1), ("apple", 1)],
    ),
    Case(
        "query-syntax#order_by_clause",
        "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT NULL UNION ALL SELECT 9) ORDER BY x",
        [(None,), (1,), (9,)],
    ),
    Case(
        "query-syntax#order_by_clause",
        "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT NULL UNION ALL SELECT 9) ORDER BY x DESC",
        [(9,), (1,), (None,)],
    ),
    Case(
        "query-syntax#order_by_clause",
        "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT NULL UNION ALL SELECT 9) ORDER BY x NULLS LAST",
        [(1,), (9,), (None,)],
    ),
    Case("query-syntax#except", "SELECT * FROM UNNEST([1, 2, 2, 3]) AS n EXCEPT DISTINCT SELECT 1", [(2,), (3,)]),
    Case(
        "query-syntax#intersect",
        "SELECT * FROM UNNEST([1, 2, 2, 3]) AS n INTERSECT DISTINCT SELECT * FROM UNNEST([2, 3, 3, 5]) AS n",
        [(2,), (3,)],
    ),
    Case(
        "query-syntax#limit_and_offset_clause",
        "SELECT * FROM UNNEST(['a', 'b', 'c', 'd', 'e']) AS letter ORDER BY letter ASC LIMIT 3 OFFSET 1",
        [("b",), ("c",), ("d",)],
    ),
    Case(
        "subqueries#expression_subquery_concepts",
        "SELECT x, (SELECT COUNT(*) FROM UNNEST([1, 1, 2]) AS y WHERE y = x), EXISTS(SELECT 1 FROM UNNEST([2]) AS y"
        " WHERE y = x) FROM UNNEST([1, 3]) AS x",
        [(1, 2, False), (3, 0, False)],
    ),
    Case(
        "lexical#escape_sequences",
        r"""SELECT 'it\'s', "\u0041\x42\103", r'a\nb', '''x'y'''""",
        [("it's", "ABC", "a\\nb", "x'y")],
    ),
    Case("lexical#integer_literals", "SELECT 123, 0xABC, -123", [(123, 2748, -123)]),
]

FLOATS = [
    Case(
        "conversion_functions#cast_as_floating_point",
        "SELECT x = CAST('+Infinity' AS FLOAT64), x + 1 = x, CAST(x AS STRING), CAST(-x AS STRING),"
        " CAST(CAST('NaN' AS FLOAT64) AS STRING), [x], 1 / x FROM (SELECT CAST('inf' AS FLOAT64) AS x)",
        [(True, True, "inf", "-inf", "nan", [float("inf")], 0.0)],
    ),
    Case(
        "data-types#nan",
        "SELECT CAST(MIN(x) AS STRING), CAST(MAX(x) AS STRING), CAST(SUM(x) AS STRING), CAST(AVG(x) AS STRING),"
        " CAST(LEAST(MIN(x), 1) AS STRING), CAST(SIGN(MIN(x)) AS STRING)"
        " FROM UNNEST([1, CAST('nan' AS FLOAT64)]) AS x",
        [("nan", "nan", "nan", "nan", "nan", "nan")],
    ),
    Case(
        "mathematical_functions#round",
        "SELECT CAST(ROUND(x) AS STRING), CAST(TRUNC(x, 1) AS STRING), CAST(ROUND(y, 2) AS STRING),"
        " CAST(FLOOR(y) AS STRING), CAST(LN(x) AS STRING)"
        " FROM (SELECT CAST('inf' AS FLOAT64) AS x, CAST('nan' AS FLOAT64) AS y)",
        [("inf", "inf", "nan", "nan", "inf")],
    ),
    Case(
        "mathematical_functions#safe_divide",
        "SELECT SAFE_DIVIDE(1, 0), SAFE_DIVIDE(1.5 * 2, 4), SAFE_DIVIDE(1e308, 1e-10), SAFE_DIVIDE(NULL, 2),"
        " SAFE.SQRT(-1), SAFE.LN(0)",
        [(None, 0.75, None, None, None, None)],
    ),
    Case(
        "mathematical_functions#trunc",
        "SELECT TRUNC(1.77, 1), TRUNC(-1.77, 1), TRUNC(177, -1), TRUNC(NUMERIC '-1.77', 1), "
        " TRUNC(NUMERIC '-177.5', -1),"
        " TRUNC(NUMERIC '177.5')",
        [(1.7, -1.7, 170.0, Decimal("-1.7"), Decimal(-170), Decimal(177))],
    ),
    Case(
        "mathematical_functions#round",
        "SELECT ROUND(NUMERIC '2.25', 1, 'ROUND_HALF_EVEN'), ROUND(NUMERIC '2.35', 1, 'ROUND_HALF_EVEN'),"
        " ROUND(NUMERIC '2.251', 1, 'ROUND_HALF_EVEN'), ROUND(NUMERIC '-2.5', 0, 'ROUND_HALF_EVEN'),"
        " ROUND(NUMERIC '2.5', 0, 'ROUND_HALF_AWAY_FROM_ZERO'), ROUND(NUMERIC '35', -1, 'ROUND_HALF_EVEN')",
        [(Decimal("2.2"), Decimal("2.4"), Decimal("2.3"), Decimal(-2), Decimal(3), Decimal(40))],
    ),
    Case("mathematical_functions#sign", "SELECT SIGN(25), SIGN(0), SIGN(-2.5), SIGN(NUMERIC '-2')", [(1, 0, -1.0, -1)]),
    Case(
        "query-syntax#group_by_grouping_item",
        "SELECT COUNT(*) FROM UNNEST([1, 2]) AS x GROUP BY ()",
        [(2,)],
    ),
]

CASES = [*STRINGS, *HASHES, *CASTS, *MATHS, *AGGREGATES, *WINDOWS, *DATES, *ARRAYS, *QUERIES, *FLOATS]


@dataclass(frozen=True)
class Refused:
    """A statement that must not run, what is told, and why."""

    sql: str
    message: str
    why: str


REFUSED = [
    Refused("SELECT FROM", "Syntax error", "no statement"),
    Refused("SELECT 1; SELEC 2", "Syntax error", "one of two is none"),
    Refused("SELECT nothing(1)", "Function not found: nothing at [1:8]", "no such function"),
    Refused("SELECT REVERSE('abc')", "Unsupported by this stand-in: the function REVERSE", "BigQuery has it"),
    Refused("SELECT IS_NAN(1.5)", "Unsupported by this stand-in: the function IS_NAN", "likewise"),
    Refused(
        "SELECT SAFE_DIVIDE(NUMERIC '1', 0)", "Unsupported by this stand-in: SAFE_DIVIDE", "DuckDB has no such TRY"
    ),
    Refused("SELECT SAFE.TO_JSON_STRING(1)", "Unsupported by this stand-in: the function TO_JSON_STRING", "likewise"),
    Refused("SELECT NET.HOST('x')", "Unsupported by this stand-in: the function NET.HOST", "likewise"),
    Refused("SELECT HLL_COUNT.INIT(1)", "Unsupported by this stand-in: the function HLL_COUNT.INIT", "likewise"),
    Refused("SELECT KEYS.NEW_KEYSET('A')", "Unsupported by this stand-in: the function KEYS.NEW_KEYSET", "likewise"),
    Refused("SELECT d.f(1)", "Unsupported by this stand-in: the function d.f", "no functions of users"),
    Refused("SELECT @@time_zone", "Unsupported by this stand-in: the system variable @@time_zone", "likewise"),
    Refused("SELECT x\nFROM UNNEST([1]) AS y", "Unrecognized name: x at [1:8]", "no such column"),
    Refused("SELECT 1,\n  z", "Unrecognized name: z at [2:3]", "the place is that in the script"),
    Refused("SELECT 1;\nSELECT 1,\n  z", "Unrecognized name: z at [3:3]", "also of a later statement"),
    Refused("SELECT 1 + 'a'", "No matching signature for operator + for argument types: INT64, STRING", "types"),
    Refused("SELECT '1' = 1", "No matching signature for operator =", "DuckDB would compare them"),
    Refused("SELECT CONCAT('a', 1.5 > 1)", "No matching signature for function CONCAT", "DuckDB would make text of it"),
    Refused("SELECT UPPER(5)", "No matching signature for function UPPER for argument types: INT64", "likewise"),
    Refused(
        "SELECT DATE '2020-01-01' < TIMESTAMP '2020-01-02 00:00:00'", "No matching signature for operator <", "types"
    ),
    Refused("SELECT CAST('apple' AS INT64)", "Bad int64 value: apple", "no number"),
    Refused("SELECT CAST('1.5' AS INT64)", "Bad int64 value: 1.5", "DuckDB would round it"),
    Refused("SELECT CAST('1_000' AS NUMERIC)", "Invalid NUMERIC value: 1_000", "DuckDB would read it"),
    Refused("SELECT CAST('2020-01-02 24:00:00' AS TIMESTAMP)", "Invalid timestamp: '2020-01-02 24:00:00'", "likewise"),
    Refused("SELECT CAST(1.5 AS DATE)", "Invalid cast from FLOAT64 to DATE", "no such cast"),
    Refused("SELECT 1 / 0", "division by zero", "DuckDB gives infinity or NULL"),
    Refused("SELECT 1.5 / 0", "division by zero: 1.5 / 0", "likewise"),
    Refused("SELECT NUMERIC '1.5' / 0", "division by zero: 1.5 / 0", "DuckDB computes with billionths here"),
    Refused("SELECT MOD(1, 0)", "division by zero: MOD(1, 0)", "in BigQuery's words"),
    Refused("SELECT DIV(1, 0)", "division by zero: 1 / 0", "likewise"),
    Refused("SELECT 1e308 * 10", "double overflow: 1e+308 * 10", "DuckDB gives infinity"),
    Refused("SELECT x * 10 + 1 FROM UNNEST([1e308]) AS x", "double overflow: 1e+308 * 10", "however deep"),
    Refused("SELECT SUM(x) FROM UNNEST([1e308, 1e308]) AS x", "double overflow", "likewise"),
    Refused("SELECT 1e999", "Invalid floating point literal: 1e999", "likewise"),
    Refused("SELECT EXP(1000)", "Floating point error in function: EXP(1000)", "likewise"),
    Refused("SELECT SQRT(-1)", "Floating point error in function: SQRT(-1)", "in BigQuery's words"),
    Refused("SELECT LN(0)", "Floating point error in function: LN(0)", "likewise"),
    Refused("SELECT POW(-1, 0.5)", "Floating point error in function: POW(-1, 0.5)", "likewise"),
    Refused("SELECT CAST(1e30 AS INT64)", "int64 out of range: 1e+30", "likewise"),
    Refused("SELECT CAST(NUMERIC '1e20' AS INT64)", "int64 out of range: 100000000000000000000", "likewise"),
    Refused("SELECT CAST(1e40 AS NUMERIC)", "numeric out of range: 1e+40", "likewise"),
    Refused("SELECT CAST(CAST('inf' AS FLOAT64) AS INT64)", "Illegal conversion of non-finite floating", "likewise"),
    Refused("SELECT NUMERIC '99999999999999999999999999999' * 10", "numeric overflow", "likewise"),
    Refused("SELECT -x FROM (SELECT -9223372036854775808 AS x)", "int64 overflow: --9223372036854775808", "likewise"),
    Refused("SELECT ROUND(2.5, 0, 'ROUND_HALF_EVEN')", "No matching signature for function ROUND", "for NUMERIC only"),
    Refused("SELECT ROUND(NUMERIC '2', 0, 'UP')", "Invalid rounding mode: UP", "no such mode"),
    Refused("SELECT LAST_DAY(DATE '2020-01-01', DAY)", "LAST_DAY does not support the DAY date part", "no such part"),
    Refused("SELECT 9223372036854775807 + 1", "int64 overflow", "no wider numbers"),
    Refused("SELECT SUM(x) FROM UNNEST([9223372036854775807, 1]) AS x", "int64 overflow", "DuckDB's sum is wider"),
    Refused("SELECT [1, 2][OFFSET(2)]", "Array index 2 is out of bounds (overflow)", "DuckDB gives NULL"),
    Refused("SELECT [1, 2][ORDINAL(0)]", "Array index 0 is out of bounds (underflow)", "likewise"),
    Refused("SELECT STRUCT([1, NULL] AS a)", "Array cannot have a null element", "however deep"),
    Refused("SELECT [STRUCT([1] AS a), STRUCT([NULL] AS a)]", "Array cannot have a null element", "likewise"),
    Refused("SELECT x FROM UNNEST([1]) AS x GROUP BY", "Syntax error: Unexpected end of script at [1:40]", "empty"),
    Refused("SELECT 1 FROM d.t GROUP BY HAVING TRUE", "Syntax error: Unexpected keyword HAVING at [1:28]", "likewise"),
    Refused("SELECT SUM(x) OVER (PARTITION BY) FROM d.t", 'Syntax error: Unexpected ")" at [1:33]', "likewise"),
    Refused("SELECT 1 IN ()", 'Syntax error: Unexpected ")" at [1:14]', "likewise"),
    Refused("SELECT x FROM UNNEST([1]) AS x OFFSET 1 LIMIT 1", "got keyword OFFSET at [1:32]", "LIMIT comes first"),
    Refused("SELECT ARRAY_AGG(x) FROM UNNEST([1, NULL]) AS x", "Array cannot have a null element", "documented"),
    Refused("SELECT x, COUNT(*) FROM UNNEST([1]) AS x", "neither grouped nor aggregated", "no GROUP BY"),
    Refused("SELECT a FROM (SELECT 1 AS a, 2 AS a)", "Column name a is ambiguous", "two columns of that name"),
    Refused("SELECT 1 AS a, 2 AS a", "Duplicate column names in the result are not supported", "documented"),
    Refused("SELECT (SELECT x FROM UNNEST([1, 2]) AS x)", "More than one row", "a scalar subquery"),
    Refused("SELECT ROW_NUMBER()", "cannot be called without an OVER clause", "analytic only"),
    Refused("SELECT 1::INT64", "Syntax error", "sqlglot takes it, BigQuery does not"),
    Refused("SELECT 5 % 2", "Syntax error", "likewise"),
    Refused("SELECT 'a' ILIKE 'A'", "Unsupported by this stand-in", "likewise"),
    Refused("SELECT CAST(DATE '2020-01-01' AS STRING FORMAT 'YYYY')", "Unsupported by this stand-in", "not left out"),
    Refused(
        "SELECT FORMAT_DATE('%e', DATE '2020-01-01')", "Unsupported by this stand-in: the format element %e", "dito"
    ),
    Refused("SELECT * FROM d.t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "TABLE with VERSION", "no time travel"),
    Refused("DECLARE x INT64 DEFAULT 1", "Unsupported by this stand-in", "no procedural language"),
    Refused("CALL something()", "Unsupported by this stand-in: the statement CALL", "no procedures"),
    Refused("BEGIN TRANSACTION", "Unsupported by this stand-in", "no transactions over statements"),
    Refused("CREATE TEMP TABLE t AS SELECT 1 AS x", "Unsupported by this stand-in", "no sessions"),
    Refused("CREATE FUNCTION f() AS (1)", "Unsupported by this stand-in", "no functions of users"),
    Refused("SELECT a FROM (SELECT 1 AS a) TABLESAMPLE SYSTEM (10 PERCENT)", "Unsupported by this stand-in", "samples"),
    Refused("SELECT JSON '{}'", "Unsupported by this stand-in: literals of the type JSON", "no JSON type"),
    Refused("SELECT CAST('{}' AS JSON)", "Unsupported by this stand-in: the type JSON", "likewise"),
    Refused("SELECT CAST(1 AS BIGNUMERIC)", "Unsupported by this stand-in: the type", "76 digits are too many"),
    Refused("SELECT x FROM unqualified", 'Table "unqualified" must be qualified with a dataset', "no default data set"),
]
