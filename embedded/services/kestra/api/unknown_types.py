"""Says more of a type that the engine does not have: the nearest names, or which plug-in it would need."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from embedded.services.kestra.api.plugin_registry import REGISTRY, classes
from embedded.services.kestra.java_engine import JavaEngine

UNKNOWN = re.compile(r"Invalid type: ([\w.]+)(?= |$|\n)")
NO_SUCH_SERVICE = (
    "the embedded AWS has S3, Athena, Glue and Batch, but no SQS, SNS or DynamoDB; with an account of AWS, the "
    "official Kestra of the Docker stack reaches them"
)
ELSEWHERE = {
    "io.kestra.plugin.aws.sqs.": NO_SUCH_SERVICE,
    "io.kestra.plugin.aws.sns.": NO_SUCH_SERVICE,
    "io.kestra.plugin.aws.dynamodb.": NO_SUCH_SERVICE,
    "io.kestra.plugin.ai.": (
        "Kestra's AI plug-ins are not part of the embedded engine: they ask a provider of models and need its key. The "
        "Docker stack has them; https://kestra.io/docs/ai-tools says how they work"
    ),
    "io.kestra.plugin.ee.": "it is of Kestra's Enterprise edition",
}
"""What is said of the plug-ins that users of the course's flows meet, by the beginning of the type's name."""
GIT = "io.kestra.plugin.git."
INSTEAD = {
    f"{GIT}Sync": (
        "it is not part of this stack: it replaces all files of the namespace by a whole repository; "
        f"{GIT}SyncFlows and SyncNamespaceFiles bring what you name"
    ),
    f"{GIT}Push": (
        "it is not part of this stack: it removes from the branch whatever the task does not hold; "
        f"{GIT}PushFlows and PushNamespaceFiles change one folder"
    ),
    f"{GIT}TenantSync": f"it is not part of this stack; {GIT}NamespaceSync does the same for one namespace",
    f"{GIT}SyncDashboards": "it is not part of this stack; the API's /dashboards takes the YAML of a dashboard",
    f"{GIT}PushDashboards": "it is not part of this stack; the API's /dashboards gives the YAML of a dashboard",
}
"""What takes the place of an official type that is left out."""
LIKENESS = 0.75


def explain(engine: JavaEngine, message: str) -> str:
    """A message with a word on the unknown type that it names, if it names one.

    Parameters:
        engine: a started engine.
        message: the engine's own.
    """
    if not (match := UNKNOWN.search(message)):
        return message
    return message[: match.end()] + f" ({_about(match[1], _names(engine))})" + message[match.end() :]


def _about(name: str, known: Iterable[str]) -> str:
    if name in INSTEAD:
        return INSTEAD[name]
    for beginning, words in ELSEWHERE.items():
        if name.startswith(beginning):
            return words
    # A last part that was moved or is spelled in another case counts more than the packages before it.
    ends = {type_name.rpartition(".")[2].lower(): type_name for type_name in known}
    nearest = get_close_matches(name, list(known), 3, LIKENESS)
    if (same := ends.get(name.rpartition(".")[2].lower())) and same not in nearest:
        nearest.append(same)
    offer = f"nearest: {', '.join(nearest)}; " if nearest else ""
    return f"{offer}docs/task-types.md lists the types that there are"


def _names(engine: JavaEngine) -> list[str]:
    return [str(cls.getName()) for plugin in engine.bean(REGISTRY).plugins() for cls in classes(plugin)]
