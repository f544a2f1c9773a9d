"""The task, trigger and condition types that this engine has, with their documentation and JSON schemas."""

import re
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import enum, or_none
from embedded.services.kestra.api.errors import NotFound
from embedded.services.kestra.api.request import Call, endpoint, json_value

REGISTRY = "io.kestra.core.plugins.PluginRegistry"
ICON = "io.kestra.core.docs.PluginIcon"
CACHED = "public, max-age=3600"
ALERT = re.compile(r'\n::alert\{type="(.*)"}\n')


def search(call: Call) -> Response:
    """The plug-ins, each with its types."""
    return _list(call, (_plugin(call, plugin) for plugin in call.bean(REGISTRY).plugins()))


def subgroups(call: Call) -> Response:
    """The plug-ins and their groups, each with its types."""
    found = call.engine.java("java.util.LinkedHashSet")()
    for plugin in call.bean(REGISTRY).plugins():
        found.add(_plugin(call, plugin))
    for plugin in call.bean(REGISTRY).plugins():
        for group in plugin.subGroupNames():
            found.add(_plugin(call, plugin, group))
    return _list(call, found)


def icons(call: Call) -> Response:
    """The icon of each type that a flow can use, by its class."""
    flowable = call.engine.java("io.kestra.core.models.tasks.FlowableTask").class_
    found = call.engine.java("java.util.TreeMap")()
    icon = call.engine.java(ICON)
    for plugin in call.bean(REGISTRY).plugins():
        for cls in _classes(plugin):
            found.put(cls.getName(), icon(cls.getSimpleName(), plugin.icon(cls), flowable.isAssignableFrom(cls)))
    return _cached(call.entity(found))


def group_icons(call: Call) -> Response:
    """The icon of each plug-in and group of types."""
    found = call.engine.java("java.util.TreeMap")()
    icon = call.engine.java(ICON)
    for plugin in call.bean(REGISTRY).plugins():
        if plugin.group() is not None:
            found.put(plugin.group(), icon("plugin-icon", plugin.icon("plugin-icon"), False))
        for group in plugin.subGroupNames():
            found.put(group, icon("plugin-icon", plugin.icon(group), False))
    return _cached(call.entity(found))


def input_types(call: Call) -> Response:
    """The types of inputs of a flow."""
    types = call.engine.java("io.kestra.core.models.flows.Type").values()
    return json_value([{"type": str(one.name()), "cls": str(one.cls().getName())} for one in types])


def input_documentation(call: Call) -> Response:
    """Documentation and schema of a type of inputs."""
    kind = enum(call.engine, "io.kestra.core.models.flows.Type", call.params["type"])
    described = call.engine.java("io.kestra.core.docs.ClassInputDocumentation").of(_generator(call), kind.cls())
    return _documentation(call, described, outputs=None)


def schema(call: Call) -> Response:
    """The JSON schema of flows, tasks, triggers and the like; of a list of them with `arrayOf`."""
    cache = call.bean("io.kestra.core.docs.JsonSchemaCache")
    return _cached(call.entity(cache.getSchemaForType(_schema_type(call), call.flag("arrayOf", False))))


def properties(call: Call) -> Response:
    """The properties of flows, tasks, triggers and the like."""
    cache = call.bean("io.kestra.core.docs.JsonSchemaCache")
    return _cached(call.entity(cache.getPropertiesForType(_schema_type(call))))


def documentation(call: Call) -> Response:
    """Documentation and schema of a type; with the properties that all types have if `all`.

    Raises:
        NotFound: this engine has no such type.
    """
    version = call.params.get("version")
    described = call.engine.java("io.kestra.core.docs.ClassPluginDocumentation").of(
        _generator(call), _metadata(call), version, call.flag("all", False)
    )
    return _documentation(call, described, described.getOutputsSchema())


def versions(call: Call) -> Response:
    """The versions of a type; a type of this engine has one, which has no number.

    Raises:
        NotFound: this engine has no such type.
    """
    _metadata(call)
    found = call.bean(REGISTRY).getAllVersionsForType(call.params["cls"])
    return json_value({"type": call.params["cls"], "versions": [str(version) for version in found]})


def _plugin(call: Call, plugin: Any, group: Any = None) -> Any:
    return call.engine.java("io.kestra.core.docs.Plugin").of(plugin, group)


def _classes(plugin: Any) -> Iterator[Any]:
    for kind in (plugin.getTasks(), plugin.getTriggers(), plugin.getConditions(), plugin.getTaskRunners()):
        yield from kind


def _generator(call: Call) -> Any:
    return call.bean("io.kestra.core.docs.JsonSchemaGenerator")


def _schema_type(call: Call) -> Any:
    return enum(call.engine, "io.kestra.core.docs.SchemaType", call.params["type"])


def _metadata(call: Call) -> Any:
    cls, version = call.params["cls"], call.params.get("version")
    cls = f"{cls}:{version}" if version else cls
    if (found := or_none(call.bean(REGISTRY).findMetadataByIdentifier(cls))) is None:
        raise NotFound(f"Class '{cls}' doesn't exists ")
    return found


def _documentation(call: Call, described: Any, outputs: Any) -> Response:
    markdown = str(call.engine.java("io.kestra.core.docs.DocumentationGenerator").render(described))
    markdown = ALERT.sub(r"\n::: \1\n", markdown).replace("\n::\n", "\n:::\n")
    schema = call.engine.java("io.kestra.core.docs.Schema")(
        described.getPropertiesSchema(), outputs, described.getDefs()
    )
    return _cached(call.entity(call.engine.java("io.kestra.core.docs.DocumentationWithSchema")(markdown, schema)))


def _list(call: Call, entities: Any) -> Response:
    found = call.engine.java("java.util.ArrayList")()
    for entity in entities:
        found.add(entity)
    return call.entity(found)


def _cached(answer: Response) -> Response:
    answer.headers["Cache-Control"] = CACHED
    return answer


routes = [
    Route("/plugins", endpoint(search)),
    Route("/plugins/groups/subgroups", endpoint(subgroups)),
    Route("/plugins/icons", endpoint(icons)),
    Route("/plugins/icons/groups", endpoint(group_icons)),
    Route("/plugins/inputs", endpoint(input_types)),
    Route("/plugins/inputs/{type}", endpoint(input_documentation)),
    Route("/plugins/schemas/{type}", endpoint(schema)),
    Route("/plugins/properties/{type}", endpoint(properties)),
    Route("/plugins/{cls}", endpoint(documentation)),
    Route("/plugins/{cls}/versions", endpoint(versions)),
    Route("/plugins/{cls}/versions/{version}", endpoint(documentation)),
]
