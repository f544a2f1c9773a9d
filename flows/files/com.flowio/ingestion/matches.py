"""The searches of a Google Lens answer and what they have found, in both providers' forms."""

import math
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from ingestion.frame import Rejected
from ingestion.timestamps import parse_timestamp

Json = dict[str, Any]

FEATURES = {
    "visual_matches": "visual_match",
    "exact_matches": "exact_match",
    "products": "product",
    "knowledge_graph": "knowledge_graph",
}
"""The parts of an answer that hold matches, and what a match of each is called."""
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₫": "VND"}
LONGEST_TEXT = 10_000
LARGEST_INTEGER = 2**31 - 1
LARGEST_SIZE = 2**62
PRICES_BELOW = 10**8


def text(value: object) -> str | None:
    """A value as text, without what a store refuses; None for none, for an array and for an object."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).replace("\0", "").encode(errors="replace").decode()[:LONGEST_TEXT] or None


def whole(value: object, largest: int = LARGEST_INTEGER) -> int | None:
    """A count or a size; None for what is none.

    Parameters:
        largest: that the stores take.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value <= largest else None


def matches_of(response: Json, feature: str) -> list[Any]:
    """The matches of one part of an answer, which may hold a single object instead of an array.

    Parameters:
        response: the provider's answer.
        feature: one of `FEATURES`.

    Raises:
        Rejected: it holds something else.
    """
    value = response.get(feature)
    value = [value] if isinstance(value, dict) else value or []
    if not isinstance(value, list):
        raise Rejected(f"{feature} is a {type(value).__name__} and not an array")
    return value


@dataclass(frozen=True)
class Search:
    """What all matches of a search share.

    Attributes:
        timestamp: in UTC, to the millisecond.
        image_url: of the photo that was searched for.
        kind: the provider's word for the search.
        query: words that were searched for besides; None for none.
        full_matches, partial_matches, similar_images: how many there are.
        web_entities: what the provider recognised, with commas.
        best_guess: the first of them, or the query.
    """

    timestamp: str
    image_url: str
    kind: str
    query: str | None
    full_matches: int
    partial_matches: int
    similar_images: int
    web_entities: str | None
    best_guess: str | None

    @classmethod
    def of(cls, entry: object) -> Self:
        """Read a search.

        Raises:
            Rejected: it cannot be right; the text says why.
        """
        if not isinstance(entry, dict) or not isinstance(entry.get("api_response"), dict):
            raise Rejected("this is not a search with timestamp, source_image_url and api_response")
        response = entry["api_response"]
        parameters = response.get("search_parameters")
        parameters = parameters if isinstance(parameters, dict) else {}
        query = text(parameters.get("q"))
        titles = (text(item.get("title")) for item in matches_of(response, "knowledge_graph") if isinstance(item, dict))
        entities = [title for title in titles if title]
        return cls(
            timestamp=parse_timestamp(entry.get("timestamp")),
            image_url=text(entry.get("source_image_url")) or "",
            kind=(text(parameters.get("search_type") or parameters.get("type")) or "all")[:100],
            query=query,
            full_matches=len(matches_of(response, "exact_matches")),
            partial_matches=len(matches_of(response, "visual_matches")),
            similar_images=len(matches_of(response, "products")),
            web_entities=", ".join(entities) or None,
            best_guess=entities[0] if entities else query,
        )


@dataclass(frozen=True)
class Price:
    """A price: as the page shows it, as a number, and its currency's code."""

    shown: str | None
    amount: float | None
    currency: str | None

    @classmethod
    def of(cls, match: Json) -> Self:
        """Read a price: flat in one provider's matches, an object in the other's.

        Raises:
            Rejected: the amount cannot be right.
        """
        price = match.get("price")
        if isinstance(price, dict):
            shown, amount, currency = price.get("value"), price.get("extracted_value"), price.get("currency")
        else:
            shown, amount, currency = price, match.get("extracted_price"), match.get("currency")
        if amount is not None:
            if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < PRICES_BELOW:
                raise Rejected(f"the price {str(amount)[:40]!r} is not a number from 0 to 99,999,999.99")
            amount = round(amount, 2)
        code = text(currency)
        return cls(text(shown), amount, SYMBOLS.get(code, code[:10]) if code else None)


@dataclass(frozen=True)
class Image:
    """A match's picture; its sizes are in pixels."""

    link: str | None
    width: int | None
    height: int | None

    @classmethod
    def of(cls, match: Json) -> Self:
        """Read a picture: an object in one provider's matches, flat in the other's."""
        image = match.get("image")
        if isinstance(image, dict):
            return cls(text(image.get("link")), whole(image.get("width")), whole(image.get("height")))
        return cls(text(image), whole(match.get("image_width")), whole(match.get("image_height")))


@dataclass(frozen=True)
class Match:
    """One match of a search.

    Attributes:
        search: that found it.
        feature_type: which kind of match it is.
        position: among those of its kind, from 1.
        raw: the provider's own JSON.
    """

    search: Search
    feature_type: str
    position: int
    raw: Json

    @classmethod
    def of(cls, search: Search, feature: str, raw: object, place: int) -> Self:
        """Read a match.

        Parameters:
            search: that found it.
            feature: the part of the answer it stands in, one of `FEATURES`.
            raw: the provider's JSON.
            place: where it stands there, from 1: its position, if it names none.

        Raises:
            Rejected: it is no object.
        """
        if not isinstance(raw, dict):
            raise Rejected(f"this is a {type(raw).__name__} and not an object")
        return cls(search, FEATURES[feature], whole(raw.get("position")) or place, raw)

    @property
    def id(self) -> str:
        """The same whenever this match is loaded."""
        key = f"{self.search.timestamp}|{self.search.image_url}|{self.feature_type}|{self.position}"
        return str(uuid.uuid5(uuid.NAMESPACE_OID, key))

    @cached_property
    def price(self) -> Price:
        """Its price; raises Rejected for one that cannot be right."""
        return Price.of(self.raw)

    @cached_property
    def image(self) -> Image:
        """Its picture."""
        return Image.of(self.raw)

    @property
    def stock(self) -> str | None:
        """Whether it can be bought now."""
        if isinstance(self.raw.get("in_stock"), bool):
            return "In stock" if self.raw["in_stock"] else "Out of stock"
        return self.text("stock_information")

    @property
    def extensions(self) -> list[str]:
        """Further words on the offer."""
        words = self.raw.get("extensions")
        return [word for word in map(text, words) if word] if isinstance(words, list) else []

    @property
    def image_size_bytes(self) -> int | None:
        """Bytes of its picture."""
        return whole(self.raw.get("image_size_bytes"), LARGEST_SIZE)

    @property
    def score(self) -> float:
        """How sure it is, from 0 to 1: the first result is the surest."""
        return round(1 / self.position, 2)

    def text(self, name: str) -> str | None:
        """One of its texts, by its name in the provider's JSON."""
        return text(self.raw.get(name))
