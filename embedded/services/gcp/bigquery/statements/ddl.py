"""CREATE and DROP.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from embedded.services.gcp.bigquery.datasets import check_dataset_id, new_dataset
from embedded.services.gcp.bigquery.errors import to_statement_error
from embedded.services.gcp.bigquery.files.reading import read_source
from embedded.services.gcp.bigquery.files.source import parse_source
from embedded.services.gcp.bigquery.session import Tables
from embedded.services.gcp.bigquery.sql.rules import BigQueryRules
from embedded.services.gcp.bigquery.sql.types import named_type, schema_field
from embedded.services.gcp.bigquery.statements.context import Context
from embedded.services.gcp.bigquery.statements.options import (
    clustering,
    dataset_options,
    external_configuration,
    literal_value,
    parse_properties,
    partitioning,
    table_options,
)
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.store import Catalogue, Table
from embedded.services.gcp.bigquery.table_writer import (
    check_assignment,
    check_table_id,
    create_table,
    insert_rows,
    new_table_body,
    prepare_table,
    schema_columns,
    schema_of_query,
)
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.grammar import Statement, offset_of, only
from embedded.sql_engine.types import Type, quote
from embedded.sql_engine.values import Query, Value, unique_names

Json = dict[str, Any]

_CREATE = ("this", "kind", "expression", "exists", "replace", "properties")


def run_create(context: Context) -> Outcome:
    """CREATE TABLE, EXTERNAL TABLE, VIEW or SCHEMA. Raises SqlError."""
    catalogue, tree = context.catalogue, context.tree
    only(tree, *_CREATE)
    if tree.args["kind"] == "SCHEMA":
        return _create_schema(catalogue, tree)
    options, others = parse_properties(tree.args.get("properties"))
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(target, exp.Table) or tree.args["kind"] not in ("TABLE", "VIEW"):
        raise unsupported(f"CREATE {tree.args['kind']}", offset_of(tree))
    only(target, "this", "db", "catalog")
    where = context.session.resolve_table([part.name for part in target.parts], offset_of(target))
    kind = "VIEW" if tree.args["kind"] == "VIEW" else "EXTERNAL_TABLE" if "external" in others else "TABLE"
    word = f"CREATE_{kind}" + ("_AS_SELECT" if kind == "TABLE" and tree.expression else "")
    operation = _operation(catalogue, tree, where)
    if operation == "SKIP":
        return Outcome(word, target=where, operation=operation)
    if kind == "VIEW":
        _create_view(context, where, options)
    elif kind == "EXTERNAL_TABLE":
        _create_external(context, where, options)
    else:
        body = table_options(options) | partitioning(others.get("partition")) | clustering(others.get("cluster"))
        _create_table(context, where, body)
    return Outcome(word, target=where, operation=operation)


def run_drop(context: Context) -> Outcome:
    """DROP TABLE, VIEW or SCHEMA. Raises SqlError."""
    catalogue, tree = context.catalogue, context.tree
    only(tree, "tables", "this", "kind", "exists", "cascade", "restrict")
    targets = tree.args.get("tables") or [tree.this]
    if len(targets) != 1 or tree.args["kind"] not in ("TABLE", "VIEW", "SCHEMA"):
        raise unsupported(f"DROP {tree.args['kind']}", offset_of(tree))
    if tree.args["kind"] == "SCHEMA":
        return _drop_schema(catalogue, tree, targets[0])
    where = context.session.resolve_table([part.name for part in targets[0].parts], offset_of(targets[0]))
    word = f"DROP_{tree.args['kind']}"
    table = catalogue.find(*where)
    if table is None:
        if tree.args.get("exists"):
            return Outcome(word, target=where, operation="SKIP")
        raise SqlError(Reason.NOT_FOUND, f"Not found: Table {catalogue.project}:{'.'.join(where)}")
    if (table.kind == "VIEW") != (tree.args["kind"] == "VIEW"):
        raise invalid(
            f"{catalogue.project}:{'.'.join(where)} is of the kind {table.kind}; DROP {table.kind} removes it"
        )
    catalogue.drop(table)
    return Outcome("DROP_EXTERNAL_TABLE" if table.kind == "EXTERNAL" else word, target=where, operation="DROP")


def _operation(catalogue: Catalogue, tree: exp.Create, where: tuple[str, str]) -> str:
    try:
        catalogue.dataset(where[0])
    except GoogleError as error:
        raise to_statement_error(error) from error
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
    """The columns of the statement, or None."""
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
                field["description"] = literal_value(option.args["value"])
        else:
            raise unsupported(f"{kind.key.upper()} of a column", offset_of(node))
    return field


def _create_table(context: Context, where: tuple[str, str], body: Json) -> None:
    catalogue, tree = context.catalogue, context.tree
    fields = _fields(tree)
    if tree.expression is None:
        if fields is None:
            raise invalid("CREATE TABLE needs columns or a query")
        create_table(catalogue, *where, {**body, "schema": {"fields": fields}})
        return
    queries = Tables(context.session, catalogue, context.stack).queries()
    query = queries.compile(tree.expression)
    body = {**body, "schema": {"fields": fields or schema_of_query(query.columns)}}
    table = prepare_table(catalogue, *where, body)
    sql = query.sql
    if fields:
        kinds = [named_type(node.args["kind"]) for node in tree.this.expressions]
        sql = _assigned_rows(query, [field["name"] for field in fields], kinds, queries.expressions.rules)
    insert_rows(catalogue, table, sql)
    catalogue.put(table)


def _assigned_rows(query: Query, names: list[str], kinds: list[Type], rules: Rules) -> str:
    """The rows of a query as values of a list of columns. Raises SqlError."""
    if len(names) != len(query.columns):
        message = f"The number of columns in the column definition list ({len(names)}) does not match the query"
        raise invalid(message)
    columns = unique_names(query.columns)
    values = []
    for index, (name, of) in enumerate(zip(names, kinds, strict=True)):
        column, source = columns[index]
        value = Value(quote(column), source, bool(query.constants[index : index + 1] == (True,)))
        values.append(check_assignment(value, name, of, rules.coerce(value, of)))
    listed = ", ".join(quote(column) for column, _ in columns)
    return f"SELECT {', '.join(values)} FROM ({query.sql}) AS w({listed})"


def _create_external(context: Context, where: tuple[str, str], options: Json) -> None:
    session, tree = context.session, context.tree
    if tree.expression is not None:
        raise invalid("CREATE EXTERNAL TABLE takes no query")
    configuration, body = external_configuration(options)
    fields = _fields(tree)
    if fields is None:
        configuration["autodetect"] = configuration["sourceFormat"] != "PARQUET"
        source = parse_source(configuration)
        reader = read_source(source, session.objects, session.connection.cursor(), context.stack)
        fields = [schema_field(name, of) for name, of in reader.columns]
        if reader.source.skip is not None and "csvOptions" in configuration:
            configuration["csvOptions"]["skipLeadingRows"] = str(reader.source.skip)
    configuration["schema"] = {"fields": fields}
    parse_source(configuration)
    schema_columns(fields)
    body = {**body, "schema": {"fields": fields}, "externalDataConfiguration": configuration}
    context.catalogue.put(Table(where[0], check_table_id(where[1]), 0, new_table_body("EXTERNAL", body)))


def _create_view(context: Context, where: tuple[str, str], options: Json) -> None:
    catalogue, statement = context.catalogue, context.statement
    if isinstance(statement.tree.this, exp.Schema):
        raise unsupported("a list of columns in CREATE VIEW", offset_of(statement.tree))
    query = Tables(context.session, catalogue, context.stack).queries().compile(context.tree.expression)
    body = table_options(options)
    body |= {"schema": {"fields": schema_of_query(query.columns)}}
    body |= {"view": {"query": _after_as(statement), "useLegacySql": False}}
    catalogue.put(Table(where[0], check_table_id(where[1]), 0, new_table_body("VIEW", body)))


def _after_as(statement: Statement) -> str:
    """The query of a view as it was written: from the first AS outside parentheses."""
    depth = 0
    for token in BigQueryRules.dialect().tokenize(statement.text):
        if token.token_type is TokenType.L_PAREN:
            depth += 1
        elif token.token_type is TokenType.R_PAREN:
            depth -= 1
        elif token.token_type is TokenType.ALIAS and depth == 0:
            return statement.text[token.end + 1 :].strip()
    raise invalid("CREATE VIEW needs a query")


def _create_schema(catalogue: Catalogue, tree: exp.Create) -> Outcome:
    name = check_dataset_id(_dataset_name(catalogue, tree.this))
    options, others = parse_properties(tree.args.get("properties"))
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


def _dataset_name(catalogue: Catalogue, target: exp.Table) -> str:
    parts = [part.name for part in target.parts if part.name]
    if len(parts) == 2 and parts[0] != catalogue.project:
        raise SqlError(Reason.NOT_FOUND, f"Not found: Project {parts[0]}")
    return parts[-1]
