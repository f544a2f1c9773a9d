"""CREATE and DROP.

https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from embedded.services.gcp.bigquery.datasets import check_dataset_id, new_dataset
from embedded.services.gcp.bigquery.errors import as_statement
from embedded.services.gcp.bigquery.files.reading import read
from embedded.services.gcp.bigquery.files.source import source
from embedded.services.gcp.bigquery.session import Session, Tables
from embedded.services.gcp.bigquery.sql.rules import BigQueryRules
from embedded.services.gcp.bigquery.sql.types import named_type, schema_field
from embedded.services.gcp.bigquery.statements.options import (
    clustering,
    dataset_options,
    files,
    literal,
    partitioning,
    table_options,
    written,
)
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.store import Catalogue, Table
from embedded.services.gcp.bigquery.tables import (
    assigned,
    check_name,
    columns,
    create,
    fill,
    fresh_body,
    prepare,
    schema_of_query,
)
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.grammar import Statement, offset_of, only
from embedded.sql_engine.types import quote
from embedded.sql_engine.values import Value, unique_names

Json = dict[str, Any]

_CREATE = ("this", "kind", "expression", "exists", "replace", "properties")


def run_create(session: Session, catalogue: Catalogue, statement: Statement, stack: ExitStack) -> Outcome:
    """CREATE TABLE, EXTERNAL TABLE, VIEW or SCHEMA. Raises SqlError."""
    tree = statement.tree
    only(tree, *_CREATE)
    if tree.args["kind"] == "SCHEMA":
        return _schema(catalogue, tree)
    options, others = written(tree.args.get("properties"))
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(target, exp.Table) or tree.args["kind"] not in ("TABLE", "VIEW"):
        raise unsupported(f"CREATE {tree.args['kind']}", offset_of(tree))
    only(target, "this", "db", "catalog")
    where = session.resolve_table([part.name for part in target.parts], offset_of(target))
    kind = "VIEW" if tree.args["kind"] == "VIEW" else "EXTERNAL_TABLE" if "external" in others else "TABLE"
    word = f"CREATE_{kind}" + ("_AS_SELECT" if kind == "TABLE" and tree.expression else "")
    operation = _operation(catalogue, tree, where)
    if operation == "SKIP":
        return Outcome(word, target=where, operation=operation)
    if kind == "VIEW":
        _view(session, catalogue, statement, where, options, stack)
    elif kind == "EXTERNAL_TABLE":
        _external(session, catalogue, tree, where, options, stack)
    else:
        body = table_options(options) | partitioning(others.get("partition")) | clustering(others.get("cluster"))
        _table(session, catalogue, tree, where, body, stack)
    return Outcome(word, target=where, operation=operation)


def run_drop(session: Session, catalogue: Catalogue, tree: exp.Drop) -> Outcome:
    """DROP TABLE, VIEW or SCHEMA. Raises SqlError."""
    only(tree, "tables", "this", "kind", "exists", "cascade", "restrict")
    targets = tree.args.get("tables") or [tree.this]
    if len(targets) != 1 or tree.args["kind"] not in ("TABLE", "VIEW", "SCHEMA"):
        raise unsupported(f"DROP {tree.args['kind']}", offset_of(tree))
    if tree.args["kind"] == "SCHEMA":
        return _drop_schema(catalogue, tree, targets[0])
    where = session.resolve_table([part.name for part in targets[0].parts], offset_of(targets[0]))
    word = f"DROP_{tree.args['kind']}"
    found = catalogue.find(*where)
    if found is None:
        if tree.args.get("exists"):
            return Outcome(word, target=where, operation="SKIP")
        raise SqlError(Reason.NOT_FOUND, f"Not found: Table {catalogue.project}:{'.'.join(where)}")
    if (found.kind == "VIEW") != (tree.args["kind"] == "VIEW"):
        raise invalid(
            f"{catalogue.project}:{'.'.join(where)} is of the kind {found.kind}; DROP {found.kind} removes it"
        )
    catalogue.drop(found)
    return Outcome("DROP_EXTERNAL_TABLE" if found.kind == "EXTERNAL" else word, target=where, operation="DROP")


def _operation(catalogue: Catalogue, tree: exp.Create, where: tuple[str, str]) -> str:
    try:
        catalogue.dataset(where[0])
    except GoogleError as error:
        raise as_statement(error) from error
    if tree.args.get("replace") and tree.args.get("exists"):
        raise invalid("CREATE statements cannot contain both OR REPLACE and IF NOT EXISTS")
    if catalogue.find(*where) is None:
        return "CREATE"
    if tree.args.get("exists"):
        return "SKIP"
    if tree.args.get("replace"):
        return "REPLACE"
    raise SqlError(Reason.DUPLICATE, f"Already Exists: Table {catalogue.project}:{'.'.join(where)}")


def _fields(tree: exp.Create) -> list[Json] | None:
    """The columns that are written out."""
    if not isinstance(tree.this, exp.Schema):
        return None
    return [_field(node) for node in tree.this.expressions]


def _field(node: exp.Expr) -> Json:
    if not isinstance(node, exp.ColumnDef):
        raise unsupported(f"{node.key.upper()} in the columns of a table", offset_of(node))
    only(node, "this", "kind", "constraints")
    field = schema_field(node.name, named_type(node.args["kind"]))
    for constraint in node.args.get("constraints") or []:
        kind = constraint.args["kind"]
        if isinstance(kind, exp.NotNullColumnConstraint) and not kind.args.get("allow_null"):
            field["mode"] = "REQUIRED"
        elif isinstance(kind, exp.Properties):
            for option in kind.expressions:
                if option.name.lower() != "description":
                    raise unsupported(f"the column option {option.name}", offset_of(node))
                field["description"] = literal(option.args["value"])
        else:
            raise unsupported(f"{kind.key.upper()} of a column", offset_of(node))
    return field


def _table(
    session: Session, catalogue: Catalogue, tree: exp.Create, where: tuple[str, str], body: Json, stack: ExitStack
) -> None:
    fields = _fields(tree)
    if tree.expression is None:
        if fields is None:
            raise invalid("CREATE TABLE needs columns or a query")
        create(catalogue, *where, {**body, "schema": {"fields": fields}})
        return
    tables = Tables(session, catalogue, stack)
    queries = tables.queries()
    query = queries.compile(tree.expression)
    body = {**body, "schema": {"fields": fields or schema_of_query(query.columns)}}
    table = prepare(catalogue, *where, body)
    sql = query.sql
    if fields:
        wanted = [
            (field["name"], named_type(node.args["kind"]))
            for field, node in zip(fields, tree.this.expressions, strict=True)
        ]
        if len(wanted) != len(query.columns):
            raise invalid(
                f"The number of columns in the column definition list ({len(wanted)}) does not match the query"
            )
        names = [name for name, _ in unique_names(query.columns)]
        listed = ", ".join(quote(name) for name in names)
        values = []
        for index, (name, of) in enumerate(wanted):
            value = Value(
                quote(names[index]), query.columns[index][1], bool(query.constants[index : index + 1] == (True,))
            )
            values.append(assigned(value, name, of, queries.expressions.rules.coerce(value, of)))
        sql = f"SELECT {', '.join(values)} FROM ({sql}) AS w({listed})"
    fill(catalogue, table, sql)
    catalogue.put(table)


def _external(
    session: Session, catalogue: Catalogue, tree: exp.Create, where: tuple[str, str], options: Json, stack: ExitStack
) -> None:
    if tree.expression is not None:
        raise invalid("CREATE EXTERNAL TABLE takes no query")
    given, body = files(options)
    fields = _fields(tree)
    if fields is None:
        given["autodetect"] = given["sourceFormat"] != "PARQUET"
        reading = read(source(given), session.objects, session.connection.cursor(), stack)
        fields = [schema_field(name, of) for name, of in reading.columns]
        if reading.wanted.skip is not None and "csvOptions" in given:
            given["csvOptions"]["skipLeadingRows"] = str(reading.wanted.skip)
    given["schema"] = {"fields": fields}
    source(given)
    columns(fields)
    body = {**body, "schema": {"fields": fields}, "externalDataConfiguration": given}
    catalogue.put(Table(where[0], check_name(where[1]), 0, fresh_body("EXTERNAL", body)))


def _view(
    session: Session,
    catalogue: Catalogue,
    statement: Statement,
    where: tuple[str, str],
    options: Json,
    stack: ExitStack,
) -> None:
    if isinstance(statement.tree.this, exp.Schema):
        raise unsupported("a list of columns in CREATE VIEW", offset_of(statement.tree))
    query = Tables(session, catalogue, stack).queries().compile(statement.tree.expression)
    body = table_options(options)
    body |= {"schema": {"fields": schema_of_query(query.columns)}}
    body |= {"view": {"query": _after_as(statement), "useLegacySql": False}}
    catalogue.put(Table(where[0], check_name(where[1]), 0, fresh_body("VIEW", body)))


def _after_as(statement: Statement) -> str:
    """The query of a view as it was written: from the first AS that stands in no parentheses."""
    depth = 0
    for token in BigQueryRules.dialect().tokenize(statement.text):
        if token.token_type is TokenType.L_PAREN:
            depth += 1
        elif token.token_type is TokenType.R_PAREN:
            depth -= 1
        elif token.token_type is TokenType.ALIAS and depth == 0:
            return statement.text[token.end + 1 :].strip()
    raise invalid("CREATE VIEW needs a query")


def _schema(catalogue: Catalogue, tree: exp.Create) -> Outcome:
    name = check_dataset_id(_dataset_name(catalogue, tree.this))
    options, others = written(tree.args.get("properties"))
    if others:
        raise unsupported("such a CREATE SCHEMA", offset_of(tree))
    if catalogue.has_dataset(name):
        if tree.args.get("exists"):
            return Outcome("CREATE_SCHEMA", target=(name, ""), operation="SKIP")
        raise SqlError(Reason.DUPLICATE, f"Already Exists: Dataset {catalogue.project}:{name}")
    catalogue.add_dataset(name, new_dataset(catalogue.project, name, dataset_options(options)))
    return Outcome("CREATE_SCHEMA", target=(name, ""), operation="CREATE")


def _drop_schema(catalogue: Catalogue, tree: exp.Drop, target: exp.Table) -> Outcome:
    name = _dataset_name(catalogue, target)
    if not catalogue.has_dataset(name):
        if tree.args.get("exists"):
            return Outcome("DROP_SCHEMA", target=(name, ""), operation="SKIP")
        raise SqlError(Reason.NOT_FOUND, f"Not found: Dataset {catalogue.project}:{name}")
    tables = catalogue.tables(name)
    if tables and not tree.args.get("cascade"):
        raise invalid(f"Dataset {catalogue.project}:{name} is still in use")
    for table in tables:
        catalogue.drop(table)
    catalogue.drop_dataset(name)
    return Outcome("DROP_SCHEMA", target=(name, ""), operation="DROP")


def _dataset_name(catalogue: Catalogue, target: exp.Expr) -> str:
    parts = [part.name for part in target.parts if part.name]
    if len(parts) == 2 and parts[0] != catalogue.project:
        raise SqlError(Reason.NOT_FOUND, f"Not found: Project {parts[0]}")
    return parts[-1]
