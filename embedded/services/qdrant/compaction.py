"""Run the engine's optimiser on a closed shard: `python -m embedded.services.qdrant.compaction FOLDER`."""

import sys

import qdrant_edge as edge


def compact(folder: str) -> None:
    """Merge and index a shard's segments."""
    shard = edge.EdgeShard.load(folder)
    shard.optimize()
    shard.flush()
    shard.close()


if __name__ == "__main__":
    compact(sys.argv[1])
