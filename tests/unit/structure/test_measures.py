"""What `python -m tools.measure` counts does not grow. A limit follows the count down, and is never raised."""

import pytest

from tests.support.stack import ROOT
from tools.measure import PORT, Checkout

UNDOCUMENTED = 0
BADLY_NAMED = 0
FILES_WITH_PORT = 4


@pytest.fixture(scope="module")
def checkout() -> Checkout:
    return CHECKOUT


CHECKOUT = Checkout(ROOT)  # asks Git, a process: not within a test


def test_the_root_of_embedded_has_four_modules(checkout: Checkout) -> None:
    assert set(checkout.root_modules("embedded")) == {"__init__.py", "__main__.py", "registry.py", "service.py"}


def test_there_is_no_import_circle(checkout: Checkout) -> None:
    assert checkout.circles == []


def test_public_definitions_have_docstrings(checkout: Checkout) -> None:
    assert len(checkout.undocumented) <= UNDOCUMENTED, checkout.undocumented


def test_functions_and_classes_are_named_by_what_they_are_for(checkout: Checkout) -> None:
    assert len(checkout.badly_named) <= BADLY_NAMED, checkout.badly_named


def test_a_port_is_known_to_few_files(checkout: Checkout) -> None:
    assert len(checkout.files_with(PORT)) <= FILES_WITH_PORT, checkout.files_with(PORT)
