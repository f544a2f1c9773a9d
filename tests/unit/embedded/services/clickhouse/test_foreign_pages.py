"""ClickHouse's rules agree with the guard of the other services."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.services.clickhouse import foreign_pages
from embedded.services.clickhouse.foreign_pages import FOREIGN_HOST, FOREIGN_ORIGIN, other_than

WORDS = ["localhost", "127.0.0.1", "local", ""]
NEAR = st.sampled_from(WORDS).flatmap(lambda word: st.text("localhst127.0", max_size=3).map(lambda more: word + more))


@given(NEAR | st.text(st.characters(blacklist_characters=":\n"), max_size=12))
def test_an_expression_matches_all_but_the_words(text: str) -> None:
    assert bool(re.fullmatch(other_than(WORDS), text)) is (text not in WORDS)


@pytest.mark.parametrize("port", ["", ":8123"])
def test_names_of_this_machine_are_not_foreign(port: str) -> None:
    for host in ("localhost", "127.0.0.1", "LocalHost"):
        assert not re.fullmatch(FOREIGN_HOST, host + port)
        assert not re.fullmatch(FOREIGN_ORIGIN, f"http://{host}{port}")
    for host in ("example.com", "localhost.example.com", "xlocalhost", "127.0.0.11"):
        assert re.fullmatch(FOREIGN_HOST, host + port)
        assert re.fullmatch(FOREIGN_ORIGIN, f"https://{host}{port}")


def test_a_request_without_the_headers_is_not_foreign() -> None:
    assert not re.fullmatch(FOREIGN_HOST, "")
    assert not re.fullmatch(FOREIGN_ORIGIN, "")
    assert re.fullmatch(FOREIGN_ORIGIN, "null")
    assert re.fullmatch(FOREIGN_ORIGIN, "file://")


def test_the_rules_are_well_formed() -> None:
    rules = ElementTree.fromstring(f"<http_handlers>{foreign_pages.rules()}</http_handlers>")
    assert [rule.findtext("handler/status") for rule in rules] == ["403", "403", "403"]
