#!/bin/sh
# Qdrant's engine: a payload index changes which points a filter finds.
#
# An index is expected to make a filter faster. An integer index holds whole numbers alone, so a point whose value is
# 1.5 leaves the answer of a range at the moment that the index is made, without an error, and the same query on a
# collection without the index finds it. Choose the index by the values that are there (`float` takes both).
#
# Seen with: qdrant-edge-py 0.9.0 (PyPI), the engine of Qdrant as a library. Documentation:
# https://qdrant.tech/documentation/concepts/indexing/#payload-index
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check qdrant-edge-py==0.9.0
cd "$folder"
env/bin/python - <<'END'
from importlib.metadata import version

import qdrant_edge as edge

vectors = edge.EdgeVectorParams(size=2, distance=edge.Distance.Cosine)
shard = edge.EdgeShard.create("shard", edge.EdgeConfig(vectors=vectors))
values = {1: 1, 2: 1.5, 3: 5}
points = [edge.Point(number, [1.0, 0.0], {"price": price}) for number, price in values.items()]
shard.update(edge.UpdateOperation.upsert_points(points))


def find() -> list[int]:
    """The points whose price is between 1 and 2."""
    condition = edge.FieldCondition("price", range=edge.RangeFloat(gte=1, lte=2))
    return sorted(point.id for point in shard.scroll(edge.ScrollRequest(filter=edge.Filter(must=[condition])))[0])


print("qdrant-edge-py", version("qdrant-edge-py"))
before = find()
print(f"prices {values}; between 1 and 2 without an index: points {before}")
shard.update(edge.UpdateOperation.create_field_index("price", edge.PayloadSchemaType.Integer))
after = find()
print(f"with an integer index: points {after}")
assert (before, after) == ([1, 2], [1]), "this changed"
END
