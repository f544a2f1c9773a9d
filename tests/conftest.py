"""What holds for all tests: warnings are errors, each test has a time limit, and a rerun needs a reason.

It stands here and not in pyproject.toml, which the tests of users' flows read too.
"""

import pytest
from hypothesis import settings

SECONDS = 600
"""The longest that a test may take, the start of its stack included; a folder or a test may have its own limit."""
OURS = r"(catalog|embedded|flowtests|tests|tools|workbook)(\.|$)"
WARNINGS = (
    "error",
    # Packages warn one another of a coming Python; such a warning is an error where our own code is to blame.
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    f"error::DeprecationWarning:{OURS}",
    # From Python 3.12 on, for a `preexec_fn`; the commands that the tests start set a signal's handler in it, no more.
    "ignore:This process .* is multi-threaded:DeprecationWarning",
    # Clients of stores leave connections to the garbage collector, at a time of its choosing.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    # Google's client warns of a behaviour of a later release; the tests name jobs to ask for them again.
    "ignore:job_retry must be explicitly set to None if job_id is set:FutureWarning",
)

# The time limit is a test's; how long one example takes depends on what else the machine does.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Apply the rules to all tests."""
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SECONDS))
        item.add_marker(pytest.mark.filterwarnings(*WARNINGS), append=False)
        flaky = item.get_closest_marker("flaky")
        if flaky and not flaky.kwargs.get("reason"):
            raise pytest.UsageError(f"{item.nodeid} is marked flaky without a reason")
