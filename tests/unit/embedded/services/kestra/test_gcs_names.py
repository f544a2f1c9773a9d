"""Addresses of objects in Cloud Storage, read as Java's URI does."""

import pytest

from embedded.services.kestra.tasks.bridge import TaskError
from embedded.services.kestra.tasks.gcp.objects import address, split


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a/b.csv", "a/b.csv"),
        ("a b", "a b"),
        ("a%20b", "a b"),
        ("%41%2Fb", "A/b"),
        ("a+b", "a+b"),
        ("a?b=1", "a"),
        ("a#b", "a"),
        ("é", "é"),
        ("", ""),
    ],
)
def test_names(key: str, name: str) -> None:
    assert split(f"gs://bucket/{key}", "from") == ("bucket", name)


@pytest.mark.parametrize(
    ("key", "sign"), [("100%", "%25"), ("a|b", "%7C"), ("{a}", "%7B"), ("a\\b", "%5C"), ("%zz", "%25")]
)
def test_signs_that_no_address_holds(key: str, sign: str) -> None:
    with pytest.raises(TaskError, match=f"write it as {sign}"):
        split(f"gs://bucket/{key}", "from")


@pytest.mark.parametrize("key", ["100%", "a|b", "{a}", 'a"b', "a b", "a/b.csv", "é"])
def test_an_address_leads_back_to_its_object(key: str) -> None:
    assert split(address("bucket", key), "from") == ("bucket", key)


def test_an_address_of_a_listing_has_a_plus_for_a_space() -> None:
    assert address("bucket", "a b|c", space="+") == "gs://bucket/a+b%7Cc"
