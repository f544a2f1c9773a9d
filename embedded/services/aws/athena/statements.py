"""Parses statements: when a query starts, for the types in GetQueryExecution, and for their execution later.

Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import TokenError
from sqlglot.tokens import TokenType

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive import model, parser
from embedded.services.aws.athena.trino.rules import Grammar
from embedded.sql_engine.errors import Reason, SqlError, unsupported
from embedded.sql_engine.grammar import misplaced_offset, only, statements

DDL, DML, UTILITY = "DDL", "DML", "UTILITY"
_COMMENTS = re.compile(r"(\s+|--[^\n]*(\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_HIVE = re.compile(r"(CREATE|DROP|ALTER|MSCK|SHOW|DESCRIBE|DESC)\b", re.IGNORECASE)
_EXPLAIN = re.compile(r"EXPLAIN\b", re.IGNORECASE)
_AS = re.compile(r"\bAS\b", re.IGNORECASE)
_REFUSED = (TokenType.DCOLON,)
_KINDS: dict[type, tuple[str, str]] = {
    model.CreateDatabase: (DDL, "CREATE_DATABASE"),
    model.DropDatabase: (DDL, "DROP_DATABASE"),
    model.CreateTable: (DDL, "CREATE_TABLE"),
    model.AddPartitions: (DDL, "ALTER_TABLE_ADD_PARTITION"),
    model.DropPartitions: (DDL, "ALTER_TABLE_DROP_PARTITION"),
    model.SetProperties: (DDL, "ALTER_TABLE_PROPERTIES"),
    model.SetLocation: (DDL, "ALTER_TABLE_LOCATION"),
    model.AddColumns: (DDL, "ALTER_TABLE_ADD_COLUMNS"),
    model.ChangeColumn: (DDL, "ALTER_TABLE_CHANGE_COLUMN"),
    model.Repair: (DDL, "MSCK_REPAIR"),
    model.ShowDatabases: (UTILITY, "SHOW_DATABASES"),
    model.ShowTables: (UTILITY, "SHOW_TABLES"),
    model.ShowColumns: (UTILITY, "SHOW_COLUMNS"),
    model.ShowPartitions: (UTILITY, "SHOW_PARTITIONS"),
    model.ShowCreate: (UTILITY, "SHOW_CREATE"),
    model.ShowProperties: (UTILITY, "SHOW_TABLE_PROPERTIES"),
    model.Describe: (UTILITY, "DESCRIBE"),
}
SUBTYPES = (
    *(subtype for _, subtype in _KINDS.values()),
    *("DROP_TABLE", "DROP_VIEW", "INSERT_INTO", "SELECT", "CREATE_VIEW", "CREATE_TABLE_AS_SELECT"),
)
"""Of the statements that are supported, as `SubstatementType` has them."""
_CHANGES = (exp.Delete, exp.Update, exp.Merge)


@dataclass(frozen=True)
class Parsed:
    """A statement.

    Parameters:
        text: text of the statement.
        type: DDL, DML or UTILITY.
        subtype: such as SELECT.
        hive: statement of Hive's DDL, or None.
        tree: statement of Trino's SQL, or None.
        body: text of a view's query.
    """

    text: str
    type: str
    subtype: str
    hive: model.Statement | None = None
    tree: exp.Expr | None = None
    body: str = ""

    @property
    def is_table(self) -> bool:
        """Whether the statement is CREATE TABLE AS."""
        return self.subtype == "CREATE_TABLE_AS_SELECT"


def parse(sql: str, parameters: Sequence[str] = ()) -> Parsed:
    """Parse a statement.

    Parameters:
        sql: text of the statement.
        parameters: SQL literals for each `?`.

    Raises:
        SqlError: the statement is wrong or not supported.
    """
    before = _COMMENTS.match(sql)
    text = sql[before.end() :] if before else sql
    if _EXPLAIN.match(text):
        raise unsupported("EXPLAIN")
    if _HIVE.match(text) and (statement := parser.parse_statement(sql)) is not None:
        kind, subtype = _hive_kind(statement)
        return Parsed(sql, kind, subtype, hive=statement)
    return _trino(_with_parameters(sql, parameters))


_UNEXPECTED = re.compile(r'Syntax error: Unexpected (?:keyword (?P<word>\w+)|"(?P<mark>.)"|(?P<end>end of script))')


def _hive_kind(statement: model.Statement) -> tuple[str, str]:
    if isinstance(statement, model.DropTable):
        return DDL, "DROP_VIEW" if statement.view else "DROP_TABLE"
    return _KINDS[type(statement)]


def _trino(sql: str) -> Parsed:
    try:
        parsed_statements = statements(sql, Grammar, _REFUSED)
    except SqlError as error:
        raise _in_trinos_words(error) from error
    if offset := misplaced_offset(sql, Grammar, after_limit=False):
        raise SqlError(Reason.SYNTAX, "mismatched input 'OFFSET'. Expecting: <EOF>", offset.start)
    if len(parsed_statements) != 1:
        raise SqlError(
            Reason.SYNTAX, "Only one sql statement is allowed. Got: " + (sql if parsed_statements else "<EOF>"), 0
        )
    tree = parsed_statements[0].tree
    if any(not select.expressions for select in tree.find_all(exp.Select)):
        raise SqlError(Reason.SYNTAX, "mismatched input: SELECT without anything to select", 0)
    if isinstance(tree, exp.Create):
        return _create(sql, parsed_statements[0].text, tree)
    if isinstance(tree, exp.Insert):
        return Parsed(sql, DML, "INSERT_INTO", tree=tree)
    if isinstance(tree, _CHANGES):
        return Parsed(sql, DML, type(tree).__name__.upper(), tree=tree)
    if isinstance(tree, exp.Query | exp.Values):
        return Parsed(sql, DML, "SELECT", tree=tree)
    raise SqlError(Reason.SYNTAX, "Queries of this type are not supported", 0)


def _in_trinos_words(error: SqlError) -> SqlError:
    """The error for a clause without anything in it; others stay as they are."""
    match = _UNEXPECTED.fullmatch(error.message)
    if match is None:
        return error
    found = "<EOF>" if match["end"] else match["word"] or match["mark"]
    return SqlError(error.reason, f"mismatched input '{found}'", error.start)


def _create(sql: str, text: str, tree: exp.Create) -> Parsed:
    if tree.kind == "VIEW" and tree.expression is not None:
        match = _AS.search(text)
        return Parsed(sql, DDL, "CREATE_VIEW", tree=tree, body=text[match.end() :].strip() if match else "")
    if tree.kind == "TABLE" and tree.expression is not None:
        return Parsed(sql, DDL, "CREATE_TABLE_AS_SELECT", tree=tree)
    if tree.kind == "TABLE":
        message = "CREATE TABLE without EXTERNAL is for tables of Iceberg only; use CREATE EXTERNAL TABLE"
        raise Failure("NOT_SUPPORTED", message, reason=Reason.UNSUPPORTED)
    raise SqlError(Reason.SYNTAX, "Queries of this type are not supported", 0)


def _with_parameters(sql: str, parameters: Sequence[str]) -> str:
    """Replace each `?` of a statement by its parameter."""
    try:
        tokens = Grammar().tokenize(sql)
    except TokenError as error:
        raise SqlError(Reason.SYNTAX, f"mismatched input: {str(error).splitlines()[0]}", 0) from error
    places = [token for token in tokens if token.token_type is TokenType.PLACEHOLDER]
    if len(places) != len(parameters):
        message = f"Incorrect number of parameters: expected {len(places)} but found {len(parameters)}"
        raise SqlError(Reason.SYNTAX, message, 0)
    bound, last = "", 0
    for token, value in zip(places, parameters, strict=True):
        only(Grammar().parse(f"SELECT {value}")[0], "expressions")
        bound += f"{sql[last : token.start]}({value})"
        last = token.end + 1
    return bound + sql[last:]
