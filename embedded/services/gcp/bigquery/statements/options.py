"""OPTIONS of CREATE statements, PARTITION BY and CLUSTER BY, as properties of resources.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlglot import exp

from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only

Json = dict[str, Any]

_TABLE = {"description": "description", "friendly_name": "friendlyName", "labels": "labels"}
_DATASET = {**_TABLE, "location": "location"}
_CSV = {
    "skip_leading_rows": "skipLeadingRows",
    "field_delimiter": "fieldDelimiter",
    "quote": "quote",
    "allow_quoted_newlines": "allowQuotedNewlines",
    "allow_jagged_rows": "allowJaggedRows",
    "encoding": "encoding",
    "null_marker": "nullMarker",
}
_FILES = {
    "format": "sourceFormat",
    "uris": "sourceUris",
    "ignore_unknown_values": "ignoreUnknownValues",
    "max_bad_records": "maxBadRecords",
    "compression": "compression",
}
_FORMATS = {"JSON": "NEWLINE_DELIMITED_JSON", "NEWLINE_DELIMITED_JSON": "NEWLINE_DELIMITED_JSON"}
_NAMED = {
    exp.FileFormatProperty: "format",
    exp.LocationProperty: "location",
    exp.SchemaCommentProperty: "description",
}
_TRUNCATIONS = ("TIMESTAMP_TRUNC", "DATE_TRUNC", "DATETIME_TRUNC")
_PARTS = ("HOUR", "DAY", "MONTH", "YEAR")


def parse_properties(properties: exp.Properties | None) -> tuple[Json, dict[str, exp.Expr]]:
    """Options by their names, and the other properties (`partition`, `cluster`, `external`). Raises SqlError."""
    options: Json = {}
    others: dict[str, exp.Expr] = {}
    for node in properties.expressions if properties else []:
        if isinstance(node, exp.Property) and type(node) is exp.Property:
            options[node.name.lower()] = literal_value(node.args["value"])
        elif type(node) in _NAMED:
            options[_NAMED[type(node)]] = literal_value(node.this)
        elif isinstance(node, exp.PartitionedByProperty):
            others["partition"] = node.this
        elif isinstance(node, exp.Cluster | exp.ClusterProperty):
            others["cluster"] = node
        elif isinstance(node, exp.ExternalProperty):
            others["external"] = node
        else:
            raise unsupported(f"{node.key.upper()} in a CREATE statement", offset_of(node))
    return options, others


def literal_value(node: exp.Expr) -> Any:
    """The Python value of a literal. Raises SqlError."""
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Literal | exp.RawString | exp.Neg):
        return node.name if isinstance(node, exp.RawString) else node.to_py()
    if isinstance(node, exp.Array):
        return [literal_value(item) for item in node.expressions]
    if isinstance(node, exp.Tuple):
        return tuple(literal_value(item) for item in node.expressions)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal):
        return literal_value(node.this)
    if isinstance(node, exp.Anonymous) and str(node.name).upper() == "STRUCT":
        return tuple(literal_value(item) for item in node.expressions)
    raise unsupported(f"the option value {node.sql(dialect='bigquery')}", offset_of(node))


def table_options(options: Json) -> Json:
    """Options of a table, for its resource. Raises SqlError."""
    body: Json = {}
    for name, value in options.items():
        if name == "expiration_timestamp":
            body["expirationTime"] = str(_milliseconds(str(value)))
        elif name in _TABLE:
            body[_TABLE[name]] = dict(value) if name == "labels" else value
        else:
            raise unsupported(f"the table option {name}")
    return {name: value for name, value in body.items() if value is not None}


def dataset_options(options: Json) -> Json:
    """Options of a data set, for its resource. Raises SqlError."""
    body: Json = {}
    for name, value in options.items():
        if name not in _DATASET:
            raise unsupported(f"the schema option {name}")
        body[_DATASET[name]] = dict(value) if name == "labels" else value
    return body


def external_configuration(options: Json) -> tuple[Json, Json]:
    """Options of an external table: its ExternalDataConfiguration, and the rest for its resource. Raises SqlError."""
    configuration: Json = {}
    csv: Json = {}
    rest: Json = {}
    for name, value in options.items():
        if name in _CSV:
            csv[_CSV[name]] = str(value) if name == "skip_leading_rows" else value
        elif name in _FILES:
            configuration[_FILES[name]] = value
        elif name == "enable_list_inference":
            configuration["parquetOptions"] = {"enableListInference": value}
        else:
            rest[name] = value
    if not configuration.get("sourceUris") or not configuration.get("sourceFormat"):
        raise invalid("External tables need the options format and uris")
    form = str(configuration["sourceFormat"]).upper()
    configuration["sourceFormat"] = _FORMATS.get(form, form)
    if configuration.get("compression") in ("GZIP", "NONE", None):
        configuration.pop("compression", None)  # found out from each file
    if csv and form != "CSV":
        raise invalid(f"Options of CSV files cannot be used with the format {form}")
    if form == "CSV":
        configuration["csvOptions"] = csv
    return configuration, table_options(rest)


def partitioning(node: exp.Expr | None) -> Json:
    """PARTITION BY, for the resource of a table. Raises SqlError."""
    if node is None:
        return {}
    if isinstance(node, exp.Column | exp.Identifier):
        return {"timePartitioning": {"type": "DAY", "field": node.name}}
    if not isinstance(node, exp.Anonymous):
        raise unsupported(f"PARTITION BY {node.sql(dialect='bigquery')}", offset_of(node))
    name, arguments = str(node.name).upper(), node.expressions
    if name == "DATE" and len(arguments) == 1 and isinstance(arguments[0], exp.Column):
        return {"timePartitioning": {"type": "DAY", "field": arguments[0].name}}
    if name in _TRUNCATIONS and len(arguments) == 2 and isinstance(arguments[0], exp.Column):
        unit = arguments[1].name.upper()
        if unit in _PARTS:
            return {"timePartitioning": {"type": unit, "field": arguments[0].name}}
    if name == "RANGE_BUCKET" and len(arguments) == 2 and isinstance(arguments[1], exp.Anonymous):
        start, end, interval = (str(literal_value(bound)) for bound in arguments[1].expressions)
        return {
            "rangePartitioning": {
                "field": arguments[0].name,
                "range": {"start": start, "end": end, "interval": interval},
            }
        }
    raise unsupported(f"PARTITION BY {node.sql(dialect='bigquery')}", offset_of(node))


def clustering(node: exp.Expr | None) -> Json:
    """CLUSTER BY, for the resource of a table."""
    if node is None:
        return {}
    only(node, "expressions")
    return {"clustering": {"fields": [column.name for column in node.expressions]}}


def _milliseconds(moment: str) -> int:
    try:
        parsed = datetime.fromisoformat(moment.replace(" UTC", "+00:00"))
    except ValueError as error:
        raise invalid(f"Invalid expiration_timestamp: {moment}") from error
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000)
