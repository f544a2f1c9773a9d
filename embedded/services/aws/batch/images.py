"""Which folder stands for a container image. There is no container: the image's program runs from its source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from embedded.shared.paths import ROOT

IMAGES: Mapping[str, Path] = {"insightflow-ingestion": ROOT / "projects" / "insightflow" / "ingestion"}
"""By the name of the repository, whatever the registry and the tag."""


class CannotPull(LookupError):
    """No folder stands for an image; the message is ECS's, and names those that are known."""


def folder_of(image: str, images: Mapping[str, Path] = IMAGES) -> Path:
    """The folder that stands for an image.

    Parameters:
        image: such as `123456789012.dkr.ecr.us-east-1.amazonaws.com/insightflow-ingestion:latest`.
        images: folders by repository.

    Raises:
        CannotPull: there is none.
    """
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    folder = images.get(name)
    if folder is None or not folder.is_dir():
        known = ", ".join(sorted(name for name, place in images.items() if place.is_dir())) or "none"
        raise CannotPull(f"CannotPullContainerError: {image} is no image that is known here (known: {known})")
    return folder
