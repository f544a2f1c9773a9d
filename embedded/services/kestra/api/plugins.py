"""The task, trigger and condition types that this engine has, with their documentation and JSON schemas."""

import json
import re
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.convert import enum, or_none
from embedded.services.kestra.api.errors import NotFound
from embedded.services.kestra.api.plugin_registry import REGISTRY, classes
from embedded.services.kestra.api.request import Request, endpoint, json_value
from embedded.services.kestra.api.type_documents import describe

ICON = "io.kestra.core.docs.PluginIcon"
CACHED = "public, max-age=3600"
ALERT = re.compile(r'\n::alert\{type="(.*)"}\n')


def search(request: Request) -> Response:
    """The plug-ins, each with its types."""
    return _list(request, (_plugin(request, plugin) for plugin in request.bean(REGISTRY).plugins()))


def subgroups(request: Request) -> Response:
    """The plug-ins and their groups, each with its types."""
    listed = request.java("java.util.LinkedHashSet")()
    for plugin in request.bean(REGISTRY).plugins():
        listed.add(_plugin(request, plugin))
    for plugin in request.bean(REGISTRY).plugins():
        for group in plugin.subGroupNames():
            listed.add(_plugin(request, plugin, group))
    return _list(request, listed)


def icons(request: Request) -> Response:
    """The icon of each type that a flow can use, by its class."""
    flowable = request.java("io.kestra.core.models.tasks.FlowableTask").class_
    by_class = request.java("java.util.TreeMap")()
    icon = request.java(ICON)
    for plugin in request.bean(REGISTRY).plugins():
        for cls in classes(plugin):
            by_class.put(cls.getName(), icon(cls.getSimpleName(), plugin.icon(cls), flowable.isAssignableFrom(cls)))
    return _cached(request.entity(by_class))


def group_icons(request: Request) -> Response:
    """The icon of each plug-in and group of types."""
    by_group = request.java("java.util.TreeMap")()
    icon = request.java(ICON)
    for plugin in request.bean(REGISTRY).plugins():
        if plugin.group() is not None:
            by_group.put(plugin.group(), icon("plugin-icon", plugin.icon("plugin-icon"), False))
        for group in plugin.subGroupNames():
            by_group.put(group, icon("plugin-icon", plugin.icon(group), False))
    return _cached(request.entity(by_group))


def input_types(request: Request) -> Response:
    """The types of inputs of a flow."""
    types = request.java("io.kestra.core.models.flows.Type").values()
    return json_value([{"type": str(kind.name()), "cls": str(kind.cls().getName())} for kind in types])


def input_documentation(request: Request) -> Response:
    """Documentation and schema of a type of inputs."""
    kind = enum(request.engine, "io.kestra.core.models.flows.Type", request.params["type"])
    described = request.java("io.kestra.core.docs.ClassInputDocumentation").of(_generator(request), kind.cls())
    return _documentation(request, described, outputs=None)


def schema(request: Request) -> Response:
    """The JSON schema of flows, tasks, triggers and the like; of a list of them with `arrayOf`."""
    cache = request.bean("io.kestra.core.docs.JsonSchemaCache")
    return _cached(request.entity(cache.getSchemaForType(_schema_type(request), request.flag("arrayOf", False))))


def properties(request: Request) -> Response:
    """The properties of flows, tasks, triggers and the like."""
    cache = request.bean("io.kestra.core.docs.JsonSchemaCache")
    return _cached(request.entity(cache.getPropertiesForType(_schema_type(request))))


def documentation(request: Request) -> Response:
    """Documentation and schema of a type; with the properties that all types have if `all`.

    Raises:
        NotFound: this engine has no such type.
    """
    version, metadata = request.params.get("version"), _metadata(request)
    described = request.java("io.kestra.core.docs.ClassPluginDocumentation").of(
        _generator(request), metadata, version, request.flag("all", False)
    )
    outputs = _outputs(request, described, metadata.type())
    to_map = request.java("io.kestra.core.serializers.JacksonMapper").toMap
    describe(described.getPropertiesSchema(), outputs, request.params["cls"], lambda values: to_map(json.dumps(values)))
    return _documentation(request, described, outputs)


def versions(request: Request) -> Response:
    """The versions of a type; a type of this engine has one, which has no number.

    Raises:
        NotFound: this engine has no such type.
    """
    _metadata(request)
    known = request.bean(REGISTRY).getAllVersionsForType(request.params["cls"])
    return json_value({"type": request.params["cls"], "versions": [str(version) for version in known]})


def _plugin(request: Request, plugin: Any, group: Any = None) -> Any:
    return request.java("io.kestra.core.docs.Plugin").of(plugin, group)


def _generator(request: Request) -> Any:
    return request.bean("io.kestra.core.docs.JsonSchemaGenerator")


def _schema_type(request: Request) -> Any:
    return enum(request.engine, "io.kestra.core.docs.SchemaType", request.params["type"])


def _metadata(request: Request) -> Any:
    cls, version = request.params["cls"], request.params.get("version")
    cls = f"{cls}:{version}" if version else cls
    if (metadata := or_none(request.bean(REGISTRY).findMetadataByIdentifier(cls))) is None:
        raise NotFound(f"Class '{cls}' doesn't exists ")
    return metadata


def _outputs(request: Request, described: Any, task: Any) -> Any:
    """The schema of a type's outputs; the engine finds only those of a class that implements RunnableTask itself."""
    outputs = described.getOutputsSchema()
    runnable = request.java("io.kestra.core.models.tasks.RunnableTask").class_
    if not outputs.isEmpty() or not runnable.isAssignableFrom(task):
        return outputs
    arguments = request.java("org.apache.commons.lang3.reflect.TypeUtils").getTypeArguments(task, runnable)
    found = runnable.getTypeParameters()[0]
    while (bound := arguments.get(found)) is not None:
        found = bound
    outputs = _generator(request).properties(None, found)
    if (definitions := outputs.remove("$defs")) is not None:
        described.getDefs().putAll(definitions)
    return outputs


def _documentation(request: Request, described: Any, outputs: Any) -> Response:
    markdown = str(request.java("io.kestra.core.docs.DocumentationGenerator").render(described))
    markdown = ALERT.sub(r"\n::: \1\n", markdown).replace("\n::\n", "\n:::\n")
    schema = request.java("io.kestra.core.docs.Schema")(described.getPropertiesSchema(), outputs, described.getDefs())
    return _cached(request.entity(request.java("io.kestra.core.docs.DocumentationWithSchema")(markdown, schema)))


def _list(request: Request, entities: Any) -> Response:
    converted = request.java("java.util.ArrayList")()
    for entity in entities:
        converted.add(entity)
    return request.entity(converted)


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
