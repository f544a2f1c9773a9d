"""Conversions between Java's values and Python's."""

import json
from typing import Any

import jpype

from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.java_engine import JavaEngine


def java_list(values: list[Any]) -> Any:
    """A Java list of the values."""
    converted = jpype.JClass("java.util.ArrayList")()
    for value in values:
        converted.add(value)
    return converted


def optional(value: Any) -> Any:
    """A Java `Optional` of the value; a number becomes an `Integer`."""
    if isinstance(value, int):
        value = jpype.JClass("java.lang.Integer")(value)
    return jpype.JClass("java.util.Optional").ofNullable(value)


def or_none(optional_value: Any) -> Any:
    """What a Java `Optional` holds, or None."""
    return optional_value.get() if optional_value.isPresent() else None


def integer(value: int | None) -> Any:
    """A Java `Integer`, or None."""
    return None if value is None else jpype.JClass("java.lang.Integer")(value)


def to_java(engine: JavaEngine, value: Any) -> Any:
    """A Python value made of dictionaries, lists and scalars as Java maps, lists and scalars."""
    mapper = engine.java("io.kestra.core.serializers.JacksonMapper").ofJson(False)
    return mapper.readValue(json.dumps(value), engine.java("java.lang.Object").class_)


def to_python(engine: JavaEngine, value: Any) -> Any:
    """An entity of the engine as the dictionaries and lists of its JSON."""
    return json.loads(engine.to_json(value))


def zoned(engine: JavaEngine, text: str) -> Any:
    """A Java `ZonedDateTime`; a text without an offset is taken as UTC.

    Raises:
        Invalid: it is no date.
    """
    parser = engine.java("java.time.format.DateTimeFormatter").ISO_DATE_TIME
    zone = engine.java("java.time.ZoneId").of("UTC")
    try:
        # A plus sign of an offset that was not escaped in a query string arrives as a blank.
        return engine.java("java.time.ZonedDateTime").parse(text.replace(" ", "+"), parser.withZone(zone))
    except jpype.JException as error:
        raise Invalid(f"'{text}' is not a date and time") from error


def enum(engine: JavaEngine, name: str, value: str) -> Any:
    """A constant of a Java enumeration, by its name in upper or lower case.

    Parameters:
        engine: the engine.
        name: of the enumeration's class.
        value: name of the constant.

    Raises:
        Invalid: there is no such constant.
    """
    constants = engine.java(name).values()
    for constant in constants:
        if str(constant.name()).lower() == value.lower():
            return constant
    known = ", ".join(str(constant.name()) for constant in constants)
    raise Invalid(f"'{value}' is not one of {known}")
