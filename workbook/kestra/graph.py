"""The server's graph of a flow (nodes, edges, clusters) as a tree of blocks, which is how it is drawn and counted.

The server's graph is flat and holds helper nodes with random names: a root and an end for each cluster. Here a cluster
is a block with branches; a branch is a run of nodes and blocks, in an order given by its edges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

_CONTROL = ("GraphClusterRoot", "GraphClusterEnd", "GraphClusterFinally", "GraphClusterAfterExecution")
_TRIGGERS = "cluster_root.Triggers"
TAGS = {"ERROR": "on error", "FINALLY": "finally", "AFTER_EXECUTION": "after execution"}


@dataclass
class Node:
    """A task or a trigger. A block is a node with branches."""

    uid: str
    id: str
    type: str
    detail: str = ""
    disabled: bool = False
    kind: str = ""
    branches: list[Branch] = field(default_factory=list)


@dataclass
class Branch:
    """Nodes that follow one another.

    Attributes:
        tag: what leads here, such as `then`, a case's value, or `on error`.
        nodes: in order.
        edges: positions in `nodes` of what follows what.
    """

    tag: str
    nodes: list[Node]
    edges: list[tuple[int, int]]

    @property
    def is_chain(self) -> bool:
        """Whether each node has but the one before it to wait for."""
        return self.edges == [(at, at + 1) for at in range(len(self.nodes) - 1)]


@dataclass(frozen=True)
class FlowTree:
    """A whole flow: its triggers and its branches (the tasks, and what runs on errors and at the end)."""

    triggers: list[Node]
    branches: list[Branch]

    def nodes(self) -> list[Node]:
        """All nodes at every depth."""
        return list(_walk(self.branches))


def read(graph: Json) -> FlowTree:
    """Make the tree out of the server's JSON."""
    return _Reader(graph).tree()


def _walk(branches: Iterable[Branch]) -> Iterable[Node]:
    for branch in branches:
        for node in branch.nodes:
            yield node
            yield from _walk(node.branches)


class _Reader:
    def __init__(self, graph: Json) -> None:
        nodes = graph.get("nodes") or []
        # Edges come in no fixed order; that of the nodes is the flow's own.
        self._order = {node["uid"]: at for at, node in enumerate(nodes)}
        self._raw = {node["uid"]: node for node in nodes}
        self._control = {node["uid"] for node in nodes if node["type"].rsplit(".", 1)[-1] in _CONTROL}
        edges = graph.get("edges") or []
        rank = self._order.__getitem__
        self._edges = sorted(edges, key=lambda edge: (rank(edge["source"]), rank(edge["target"])))
        self._clusters = {cluster["cluster"]["uid"]: cluster for cluster in graph.get("clusters") or []}
        # Which node or block, directly below which cluster, a node belongs to. Parents are listed outermost first.
        self._home: dict[str, list[str]] = {}
        for uid, cluster in self._clusters.items():
            path = [*cluster["parents"], uid]
            for member in cluster["nodes"]:
                if member not in self._clusters and len(path) > len(self._home.get(member, [])):
                    self._home[member] = path
        # A cluster lists its inner clusters' helper nodes too, so the helper's own cluster has the last word.
        for uid, cluster in self._clusters.items():
            for helper in (cluster["start"], cluster["end"]):
                self._home[helper] = [*cluster["parents"], uid]

    def tree(self) -> FlowTree:
        """The whole flow as a tree."""
        triggers = [
            self._node(uid) for uid in self._raw if _TRIGGERS in self._home.get(uid, []) and uid not in self._control
        ]
        return FlowTree(triggers, self._branches(()))

    def _branches(self, path: tuple[str, ...]) -> list[Branch]:
        """The branches directly below a cluster, given by its path."""
        header = self._header(path)
        members = [uid for uid in self._members(path) if uid != header]
        position = {uid: at for at, uid in enumerate(members)}
        follows: list[tuple[int, int]] = []
        tags: dict[int, str] = {}
        for edge in self._edges:
            source, target = self._element(edge["source"], path), self._element(edge["target"], path)
            if source == target or target not in position:
                continue
            if source in position:
                follows.append((position[source], position[target]))
            else:
                tags.setdefault(position[target], self._tag(edge, members[position[target]]))
        return [
            _branch([self._build(members[at], path) for at in group], group, follows, tags)
            for group in _groups(len(members), follows)
        ]

    def _members(self, path: tuple[str, ...]) -> list[str]:
        seen: dict[str, None] = {}
        for uid in self._raw:
            element = self._element(uid, path)
            if element and element != _TRIGGERS and element not in self._control:
                seen.setdefault(element)
        return list(seen)

    def _element(self, uid: str, path: tuple[str, ...]) -> str | None:
        """What stands for a node directly below `path`: itself, or the block around it; None if it lies elsewhere."""
        home = tuple(self._home.get(uid, ()))
        if home[: len(path)] != path:
            return None
        return uid if len(home) == len(path) else home[len(path)]

    def _header(self, path: tuple[str, ...]) -> str | None:
        if not path:
            return None
        task = self._clusters[path[-1]]["cluster"].get("taskNode")
        return task["uid"] if task else path[-1].removeprefix("cluster_")

    def _build(self, uid: str, path: tuple[str, ...]) -> Node:
        if uid not in self._clusters:
            return self._node(uid)
        inner = (*path, uid)
        header = self._header(inner) or uid
        raw = self._raw.get(header) or self._clusters[uid]["cluster"].get("taskNode") or {"uid": header}
        node = _node(raw)
        node.kind = self._clusters[uid]["cluster"].get("relationType") or ""
        node.branches = self._branches(inner)
        return node

    def _node(self, uid: str) -> Node:
        return _node(self._raw[uid])

    def _tag(self, edge: Json, target: str) -> str:
        relation = edge.get("relation") or {}
        kind = self._raw.get(target, {}).get("branchType") or relation.get("relationType") or ""
        return TAGS.get(kind) or relation.get("value") or ""


def _node(raw: Json) -> Node:
    task = raw.get("task") or raw.get("triggerDeclaration") or {}
    detail = task.get("condition") or task.get("cron") or task.get("value") or task.get("values") or ""
    if task.get("timezone"):
        detail = f"{detail}  {task['timezone']}"
    name = task.get("id") or raw["uid"].rsplit(".", 1)[-1]
    detail = detail if isinstance(detail, str) else ", ".join(map(str, detail))
    return Node(raw["uid"], name, task.get("type", ""), detail, bool(task.get("disabled")))


def _groups(count: int, follows: list[tuple[int, int]]) -> list[list[int]]:
    """Positions that hang together, each group in order."""
    group = list(range(count))
    for source, target in follows:
        low, high = sorted((group[source], group[target]))
        group = [low if label == high else label for label in group]
    groups: dict[int, list[int]] = defaultdict(list)
    for at in range(count):
        groups[group[at]].append(at)
    return [_sorted(members, follows) for members in groups.values()]


def _sorted(members: list[int], follows: list[tuple[int, int]]) -> list[int]:
    """In the order of the edges; among equals, in the order of the flow."""
    waits = {member: {source for source, target in follows if target == member} for member in members}
    done: list[int] = []
    while len(done) < len(members):
        ready = [member for member in members if member not in done and waits[member] <= set(done)]
        done.append(ready[0] if ready else next(member for member in members if member not in done))
    return done


def _branch(nodes: list[Node], group: list[int], follows: list[tuple[int, int]], tags: dict[int, str]) -> Branch:
    position = {at: new for new, at in enumerate(group)}
    edges = sorted({(position[source], position[target]) for source, target in follows if source in position})
    return Branch(tags.get(group[0], ""), nodes, edges)
