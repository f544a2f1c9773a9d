"""Task elasticsearch of stores-retention: an old day goes by dropping its index."""

import os

from kestra import Kestra

from stores import elasticsearch
from stores.index_names import daily_index


def main() -> None:
    """Drop the daily indices from before the line, and publish their names."""
    table, cutoff = os.environ["TABLE"], os.environ["CUTOFF"]
    client = elasticsearch.connect()
    old = sorted(index for index in client.indices.get_alias(name=table) if index < daily_index(table, cutoff))
    for index in old:  # by name: a pattern may not be used to delete
        client.indices.delete(index=index)
    print(f"{len(old)} daily indices are dropped")
    Kestra.outputs({"dropped": old})


if __name__ == "__main__":
    main()
