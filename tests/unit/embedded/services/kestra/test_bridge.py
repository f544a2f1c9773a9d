"""What a body of a task sees of its properties."""

import pytest

from embedded.services.kestra.tasks.bridge import Properties, TaskError


def test_a_property_without_a_value_is_named() -> None:
    properties = Properties(uri="gs://b/o", allowed=None)
    assert properties["allowed"] is None
    assert properties.get("errorOnMissing") is None
    with pytest.raises(TaskError, match="`errorOnMissing` has no value"):
        properties["errorOnMissing"]
