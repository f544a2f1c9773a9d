"""What the images of ghcr.io/kestra-io would bring: scripts run on this machine, and no image is followed."""

import re

PACKAGES = {
    "pydata": "kestra, pandas, requests, scikit-learn, faker, pyarrow, sqlalchemy, openai, loguru and amazon-ion",
    "aws": "kestra, pandas, requests, scikit-learn, pyarrow, awswrangler, loguru, amazon-ion and faker",
    "duckdb": "kestra, requests, faker, pyarrow, pandas, duckdb, loguru and amazon-ion",
    "polars": "kestra, requests, polars[all], loguru, amazon-ion and faker",
    "kestrapy": "kestra, loguru and amazon-ion",
    "modal": "kestra, modal-client, loguru and amazon-ion",
}
"""The Python packages of the images, by name: https://github.com/kestra-io/examples/tree/main/dockerfiles."""
IMAGE = re.compile(r"ghcr\.io/kestra-io/(?P<name>[\w.-]+)(?::[\w.-]+)?(?:@.*)?")
DBT = re.compile(r"dbt-(?!athena$)\w+")


def advice(image: str) -> str | None:
    """What to do when a task fails because its image is not followed; None for an image without packages of its own.

    Parameters:
        image: the task's `containerImage`.
    """
    match = IMAGE.fullmatch(image.strip())
    if not match:
        return None
    name = match["name"]
    if DBT.fullmatch(name):
        return f"The image {image} would bring {name}. It is not followed here: dbt has the adapter dbt-athena only."
    if name not in PACKAGES:
        return None
    return (
        f"The image {image} would bring the packages {PACKAGES[name]}. It is not followed here: "
        "if one of them is missing, list it in `dependencies`."
    )
