"""Maps container images to folders. There are no containers: an image's program runs from its source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from embedded.shared.paths import ROOT

IMAGES: Mapping[str, Path] = {"insightflow-ingestion": ROOT / "projects" / "insightflow" / "ingestion"}
"""Folders by name of the repository; registry and tag do not count."""


class CannotPull(LookupError):
    """There is no folder for an image; the message is that of ECS."""


def folder_of(image: str, images: Mapping[str, Path] = IMAGES) -> Path:
    """The folder of an image.

    Parameters:
        image: such as `123456789012.dkr.ecr.us-east-1.amazonaws.com/insightflow-ingestion:latest`.
        images: folders by repository.

    Raises:
        CannotPull: there is no folder.
    """
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    folder = images.get(name)
    if folder is None or not folder.is_dir():
        known = ", ".join(sorted(name for name, source in images.items() if source.is_dir())) or "none"
        raise CannotPull(f"CannotPullContainerError: {image} is no image that is known here (known: {known})")
    return folder
