"""What a body of a task sees of its properties, and what its module costs."""

import gc
import sys

import pytest

from embedded.services.kestra.tasks import bridge
from embedded.services.kestra.tasks.bridge import Properties, TaskError


def test_a_property_without_a_value_is_named() -> None:
    properties = Properties(uri="gs://b/o", allowed=None)
    assert properties["allowed"] is None
    assert properties.get("errorOnMissing") is None
    with pytest.raises(TaskError, match="`errorOnMissing` has no value"):
        properties["errorOnMissing"]


def test_a_module_of_bodies_is_no_work_for_the_garbage_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "_bodies", {})
    monkeypatch.delitem(sys.modules, "embedded.services.kestra.tasks.mail", raising=False)
    try:
        body = bridge._body("io.kestra.plugin.email.MailSend")
        assert not any(thing is body for thing in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(thing is body for thing in gc.get_objects())
