"""Parses statements of Hive's DDL; unsupported clauses are refused.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.hive import model
from embedded.services.aws.athena.hive.tokens import Tokens
from embedded.services.aws.athena.tables.layout import JSON, PARQUET, TEXT
from embedded.sql_engine.errors import Reason, SqlError, unsupported

_FORMATS = {"PARQUET": PARQUET, "TEXTFILE": TEXT, "JSONFILE": JSON}
_IO = {"INPUTFORMAT": "InputFormat", "OUTPUTFORMAT": "OutputFormat"}
_DELIMITERS = {
    "FIELDS TERMINATED BY": "field.delim",
    "LINES TERMINATED BY": "line.delim",
    "ESCAPED BY": "escape.delim",
    "COLLECTION ITEMS TERMINATED BY": "collection.delim",
    "MAP KEYS TERMINATED BY": "mapkey.delim",
    "NULL DEFINED AS": "serialization.null.format",
}


def parse_statement(sql: str) -> model.Statement | None:
    """Parse a statement of Hive's DDL; None if the statement belongs to Trino's SQL.

    Raises:
        SqlError: the statement is wrong, or has an unsupported clause.
    """
    tokens = Tokens(sql)
    for words, reader in _READERS:
        if tokens.accept(*words):
            statement = reader(tokens)
            tokens.end()
            return statement
    return None


def _if_not_exists(tokens: Tokens) -> bool:
    return tokens.accept("IF", "NOT", "EXISTS")


def _create_database(tokens: Tokens) -> model.Statement:
    if_not_exists, name = _if_not_exists(tokens), tokens.names()
    comment = tokens.text() if tokens.accept("COMMENT") else None
    location = tokens.text() if tokens.accept("LOCATION") else None
    properties = _pairs(tokens) if tokens.accept("WITH", "DBPROPERTIES") else {}
    return model.CreateDatabase(name, if_not_exists, comment, location, properties)


def _drop_database(tokens: Tokens) -> model.Statement:
    if_exists, name = tokens.accept("IF", "EXISTS"), tokens.names()
    cascade = tokens.accept("CASCADE")
    if not cascade:
        tokens.accept("RESTRICT")
    return model.DropDatabase(name, if_exists, cascade)


def _create_table(tokens: Tokens) -> model.Statement:
    if_not_exists, name = _if_not_exists(tokens), tokens.names()
    columns = _columns(tokens)
    clauses = _Clauses(tokens)
    clauses.read()
    if clauses.location is None:
        raise SqlError(Reason.SYNTAX, "mismatched input '<EOF>'. Expecting: LOCATION", tokens.next.start)
    return model.CreateTable(
        name,
        if_not_exists,
        columns,
        clauses.location,
        clauses.keys,
        clauses.comment,
        clauses.storage or TEXT,
        clauses.serde,
        clauses.properties,
    )


class _Clauses:
    """The clauses after the columns of CREATE EXTERNAL TABLE."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.comment: str | None = None
        self.keys: list[model.Column] = []
        self.storage: dict[str, str] = {}
        self.serde: dict[str, str] = {}
        self.location: str | None = None
        self.properties: Mapping[str, str] = {}

    def read(self) -> None:
        """Parse all clauses, in any order."""
        readers = {
            ("COMMENT",): self._comment,
            ("PARTITIONED", "BY"): self._partitioned,
            ("ROW", "FORMAT", "SERDE"): self._row_serde,
            ("ROW", "FORMAT", "DELIMITED"): self._delimited,
            ("WITH", "SERDEPROPERTIES"): self._serde_properties,
            ("STORED", "AS"): self._stored,
            ("LOCATION",): self._location,
            ("TBLPROPERTIES",): self._properties,
        }
        while self._tokens.next.kind == "word":
            for words, reader in readers.items():
                if self._tokens.accept(*words):
                    reader()
                    break
            else:
                raise unsupported(f"CREATE EXTERNAL TABLE with {self._tokens.next.value}", self._tokens.next.start)

    def _comment(self) -> None:
        self.comment = self._tokens.text()

    def _partitioned(self) -> None:
        self.keys = _columns(self._tokens)

    def _row_serde(self) -> None:
        self.storage = {**TEXT, **self.storage, "SerializationLibrary": self._tokens.text()}

    def _serde_properties(self) -> None:
        self.serde |= _pairs(self._tokens)

    def _stored(self) -> None:
        own = self.storage.get("SerializationLibrary")
        if self._tokens.next.value.upper() in _IO:
            for word, name in _IO.items():
                self._tokens.expect(word)
                self.storage[name] = self._tokens.text()
        else:
            token = self._tokens.take()
            if token.value.upper() not in _FORMATS:
                raise unsupported(f"STORED AS {token.value}", token.start)
            self.storage = dict(_FORMATS[token.value.upper()])
        if own:
            self.storage["SerializationLibrary"] = own
        self.storage.setdefault("SerializationLibrary", TEXT["SerializationLibrary"])

    def _delimited(self) -> None:
        self.storage = {**TEXT, **self.storage}
        while True:
            for words, name in _DELIMITERS.items():
                if self._tokens.accept(*words.split()):
                    self.serde[name] = self._tokens.text()
                    break
            else:
                break
        if "field.delim" in self.serde:
            self.serde.setdefault("serialization.format", self.serde["field.delim"])

    def _location(self) -> None:
        self.location = self._tokens.text()

    def _properties(self) -> None:
        self.properties = _pairs(self._tokens)


def _columns(tokens: Tokens) -> list[model.Column]:
    tokens.expect("(")
    columns = [_column(tokens)]
    while tokens.accept(","):
        columns.append(_column(tokens))
    tokens.expect(")")
    return columns


def _column(tokens: Tokens) -> model.Column:
    name = tokens.name()
    start, depth = tokens.next.start, 0
    end = start
    while tokens.next.kind and not (depth == 0 and (tokens.next.value in ",)" or _is_comment(tokens))):
        token = tokens.take()
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(token.value, 0)
        end = token.end
    written = tokens.sql[start:end]
    try:
        of = typenames.from_hive(written)
    except typenames.UnknownType as error:
        raise SqlError(Reason.SYNTAX, f"cannot recognize the type '{written}' of column {name}", start) from error
    return model.Column(name, of, tokens.text() if tokens.accept("COMMENT") else None)


def _is_comment(tokens: Tokens) -> bool:
    return tokens.next.kind == "word" and tokens.next.value.upper() in ("COMMENT", "FIRST", "AFTER")


def _pairs(tokens: Tokens) -> dict[str, str]:
    tokens.expect("(")
    pairs = {}
    while True:
        name = tokens.text()
        tokens.expect("=")
        pairs[name] = tokens.text()
        if not tokens.accept(","):
            break
    tokens.expect(")")
    return pairs


def _drop_table(tokens: Tokens) -> model.Statement:
    return model.DropTable(view=False, if_exists=tokens.accept("IF", "EXISTS"), name=tokens.names())


def _drop_view(tokens: Tokens) -> model.Statement:
    return model.DropTable(view=True, if_exists=tokens.accept("IF", "EXISTS"), name=tokens.names())


def _partitions(tokens: Tokens, located: bool) -> list[model.Partition]:
    partitions = []
    while tokens.accept("PARTITION"):
        values = _partition_values(tokens)
        location = tokens.text() if located and tokens.accept("LOCATION") else None
        partitions.append(model.Partition(values, location))
        tokens.accept(",")
    if not partitions:
        raise tokens.unexpected("PARTITION")
    return partitions


def _partition_values(tokens: Tokens) -> dict[str, str]:
    tokens.expect("(")
    values = {}
    while True:
        key = tokens.name()
        tokens.expect("=")
        sign = "-" if tokens.accept("-") else ""
        token = tokens.take()
        if token.kind not in ("text", "number", "word"):
            raise tokens.unexpected("a value", token)
        values[key] = sign + token.value
        if not tokens.accept(","):
            break
    tokens.expect(")")
    return values


def _add_partitions(tokens: Tokens, name: list[str]) -> model.Statement:
    return model.AddPartitions(name, _if_not_exists(tokens), _partitions(tokens, located=True))


def _drop_partitions(tokens: Tokens, name: list[str]) -> model.Statement:
    return model.DropPartitions(name, tokens.accept("IF", "EXISTS"), _partitions(tokens, located=False))


def _of_partition(tokens: Tokens, name: list[str]) -> model.Statement:
    partition = model.Partition(_partition_values(tokens))
    tokens.expect("SET", "LOCATION")
    return model.SetLocation(name, tokens.text(), partition)


def _change(tokens: Tokens, name: list[str]) -> model.Statement:
    tokens.accept("COLUMN")
    return model.ChangeColumn(name, tokens.name(), _column(tokens))


_ALTERS: list[tuple[tuple[str, ...], Callable[[Tokens, list[str]], model.Statement]]] = [
    (("ADD", "COLUMNS"), lambda tokens, name: model.AddColumns(name, _columns(tokens), replace=False)),
    (("REPLACE", "COLUMNS"), lambda tokens, name: model.AddColumns(name, _columns(tokens), replace=True)),
    (("CHANGE",), _change),
    (("SET", "TBLPROPERTIES"), lambda tokens, name: model.SetProperties(name, _pairs(tokens))),
    (("SET", "LOCATION"), lambda tokens, name: model.SetLocation(name, tokens.text())),
    (("PARTITION",), _of_partition),
    (("ADD",), _add_partitions),
    (("DROP",), _drop_partitions),
]


def _alter(tokens: Tokens) -> model.Statement:
    name = tokens.names()
    for words, reader in _ALTERS:
        if tokens.accept(*words):
            return reader(tokens, name)
    raise unsupported(f"ALTER TABLE ... {tokens.next.value.upper()}", tokens.next.start)


def _repair(tokens: Tokens) -> model.Statement:
    return model.Repair(tokens.names())


def _show_databases(tokens: Tokens) -> model.Statement:
    tokens.accept("LIKE")
    return model.ShowDatabases(tokens.text() if tokens.next.kind == "text" else None)


def _show_tables(tokens: Tokens, views: bool = False) -> model.Statement:
    database = tokens.names()[-1] if tokens.accept("IN") or tokens.accept("FROM") else None
    tokens.accept("LIKE")
    return model.ShowTables(database, tokens.text() if tokens.next.kind == "text" else None, views)


def _in_or_from(tokens: Tokens) -> list[str]:
    if not (tokens.accept("IN") or tokens.accept("FROM")):
        raise tokens.unexpected("IN")
    name = tokens.names()
    if tokens.accept("IN") or tokens.accept("FROM"):
        name = [*tokens.names(), *name]
    return name


def _show_properties(tokens: Tokens) -> model.Statement:
    name = tokens.names()
    key = None
    if tokens.accept("("):
        key = tokens.text()
        tokens.expect(")")
    return model.ShowProperties(name, key)


def _describe(tokens: Tokens) -> model.Statement:
    extended = tokens.accept("EXTENDED") or tokens.accept("FORMATTED")
    return model.Describe(tokens.names(), extended)


_READERS: list[tuple[tuple[str, ...], Callable[[Tokens], model.Statement]]] = [
    (("CREATE", "DATABASE"), _create_database),
    (("CREATE", "SCHEMA"), _create_database),
    (("DROP", "DATABASE"), _drop_database),
    (("DROP", "SCHEMA"), _drop_database),
    (("CREATE", "EXTERNAL", "TABLE"), _create_table),
    (("DROP", "TABLE"), _drop_table),
    (("DROP", "VIEW"), _drop_view),
    (("ALTER", "TABLE"), _alter),
    (("MSCK", "REPAIR", "TABLE"), _repair),
    (("SHOW", "DATABASES"), _show_databases),
    (("SHOW", "SCHEMAS"), _show_databases),
    (("SHOW", "TABLES"), _show_tables),
    (("SHOW", "VIEWS"), lambda tokens: _show_tables(tokens, views=True)),
    (("SHOW", "COLUMNS"), lambda tokens: model.ShowColumns(_in_or_from(tokens))),
    (("SHOW", "PARTITIONS"), lambda tokens: model.ShowPartitions(tokens.names())),
    (("SHOW", "CREATE", "TABLE"), lambda tokens: model.ShowCreate(tokens.names(), view=False)),
    (("SHOW", "CREATE", "VIEW"), lambda tokens: model.ShowCreate(tokens.names(), view=True)),
    (("SHOW", "TBLPROPERTIES"), _show_properties),
    (("DESCRIBE",), _describe),
    (("DESC",), _describe),
]
