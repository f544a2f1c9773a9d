"""Generated answers of an image search, as the Google Lens interfaces of SearchAPI.io and SerpApi give them.

A document is an array of `{timestamp, source_image_url, api_response}`. Its entries take turns between the two
providers' forms, leave out what such answers leave out, and name prices in several currencies. Same number and same
seed, same bytes. The field names are those of the providers' public documentation:
https://www.searchapi.io/docs/google-lens and https://serpapi.com/google-lens-api.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

START = datetime(2025, 9, 1, 8, tzinfo=UTC)
SEARCHES = 4
"""Entries of a document."""

_THINGS = {
    "running shoes": ("Aria", "Trail 2", "Road 5", "Pacer"),
    "leather backpack": ("Porter", "Slim", "Weekend", "Commuter"),
    "desk lamp": ("Arc", "Clip", "Studio", "Nordic"),
    "wrist watch": ("Diver 200", "Field", "Chrono", "Dress"),
    "ceramic teapot": ("Kyoto", "Classic", "Mini", "Glazed"),
    "acoustic guitar": ("Dreadnought", "Parlour", "Travel", "Concert"),
}
_COLOURS = ("black", "white", "navy", "olive", "sand", "red")
_SHOPS = ("Shopfront", "Marketplace One", "The Goods Store", "Bazaar", "Kaufladen", "Petite Boutique", "Ichiba")
_PAGES = ("Photo Archive", "Maker's Journal", "Collectors' Forum", "Style Pages")
_PRICES: dict[str, Callable[[float], str]] = {
    "USD": lambda amount: f"${amount:,.2f}*",
    "GBP": lambda amount: f"£{amount:,.2f}",
    "EUR": lambda amount: f"{amount:,.2f} €".translate(str.maketrans(",.", ".,")),
    "VND": lambda amount: f"{amount:,.0f} ₫".replace(",", "."),
    "JPY": lambda amount: f"¥{amount:,.0f}",
}
_RATES = {"USD": 1.0, "GBP": 0.78, "EUR": 0.92, "VND": 25_300.0, "JPY": 148.0}


def document(number: int, seed: int = 2021, searches: int = SEARCHES) -> bytes:
    """One file.

    Parameters:
        number: which one, from 0.
        seed: other content for another seed.
        searches: its entries.
    """
    draw = random.Random(f"{seed}/{number}")
    entries = [_entry(draw, number, index) for index in range(searches)]
    return json.dumps(entries, ensure_ascii=False, indent=1).encode()


def _entry(draw: random.Random, number: int, index: int) -> Json:
    thing = draw.choice(sorted(_THINGS))
    moment = START + timedelta(hours=number * 6, minutes=index * 7)
    answer = _searchapi(draw, thing) if index % 2 == 0 else _serpapi(draw, thing)
    image = f"https://images.example.com/{thing.replace(' ', '-')}/{number:04d}-{index}.jpg"
    return {"timestamp": moment.isoformat().replace("+00:00", "Z"), "source_image_url": image, "api_response": answer}


def _searchapi(draw: random.Random, thing: str) -> Json:
    answer: Json = {
        "search_metadata": {"status": "Success"},
        "search_parameters": {"engine": "google_lens", "search_type": "all"},
        "visual_matches": [_searchapi_match(draw, thing, position) for position in range(1, draw.randint(6, 14))],
        "exact_matches": [_exact_match(draw, thing, position) for position in range(1, draw.randint(1, 5))],
        "products": [_searchapi_match(draw, thing, position, priced=1.0) for position in range(1, draw.randint(1, 6))],
    }
    if draw.random() < 0.6:
        answer["knowledge_graph"] = [{"title": thing.title(), "subtitle": "Product category", "link": _link(draw)}]
    if draw.random() < 0.3:
        del answer["products"]
    return answer


def _serpapi(draw: random.Random, thing: str) -> Json:
    answer: Json = {
        "search_metadata": {"status": "Success"},
        "search_parameters": {"engine": "google_lens", "type": "visual_matches", "q": thing},
        "visual_matches": [_serpapi_match(draw, thing, position) for position in range(1, draw.randint(6, 14))],
        "related_content": [{"query": thing, "link": _link(draw)}],
    }
    if draw.random() < 0.4:
        answer["knowledge_graph"] = {"title": thing.title(), "link": _link(draw)}
    if draw.random() < 0.15:
        answer["visual_matches"] = []
    return answer


def _searchapi_match(draw: random.Random, thing: str, position: int, priced: float = 0.5) -> Json:
    match: Json = {
        "position": position,
        "title": _title(draw, thing),
        "link": _link(draw),
        "source": draw.choice(_SHOPS),
        "thumbnail": f"https://thumbs.example.com/{draw.randrange(10**6)}.jpg",
        "image": {"link": f"https://images.example.com/{draw.randrange(10**6)}.jpg", **_size(draw)},
    }
    if draw.random() < priced:
        currency, amount = _amount(draw)
        match |= {"price": _PRICES[currency](amount), "extracted_price": amount, "currency": currency}
        match["stock_information"] = draw.choice(["In stock", "Out of stock", "Limited stock"])
    return _with_gaps(draw, match)


def _serpapi_match(draw: random.Random, thing: str, position: int) -> Json:
    size = _size(draw)
    match: Json = {
        "position": position,
        "title": _title(draw, thing),
        "link": _link(draw),
        "source": draw.choice(_SHOPS),
        "source_icon": "https://thumbs.example.com/icon.png",
        "thumbnail": f"https://thumbs.example.com/{draw.randrange(10**6)}.jpg",
        "image": f"https://images.example.com/{draw.randrange(10**6)}.jpg",
        "image_width": size["width"],
        "image_height": size["height"],
    }
    if draw.random() < 0.5:
        currency, amount = _amount(draw)
        match["price"] = {"value": _PRICES[currency](amount), "extracted_value": amount, "currency": currency}
        match["in_stock"] = draw.random() < 0.8
    if draw.random() < 0.3:
        match |= {"rating": round(draw.uniform(3, 5), 1), "reviews": draw.randrange(1, 4000)}
    return _with_gaps(draw, match)


def _exact_match(draw: random.Random, thing: str, position: int) -> Json:
    page = {"position": position, "title": _title(draw, thing), "link": _link(draw), "source": draw.choice(_PAGES)}
    return page | {"extensions": [f"{draw.randrange(300, 4000)} x {draw.randrange(300, 4000)}", "2025"]}


def _with_gaps(draw: random.Random, match: Json) -> Json:
    if draw.random() < 0.08:
        del match["title"]
    if draw.random() < 0.08:
        match["thumbnail"] = None
    return match


def _title(draw: random.Random, thing: str) -> str:
    return f"{draw.choice(_THINGS[thing])} {thing}, {draw.choice(_COLOURS)}"


def _link(draw: random.Random) -> str:
    return f"https://shop{draw.randrange(40)}.example.com/item/{draw.randrange(10**6)}"


def _size(draw: random.Random) -> dict[str, int]:
    return {"width": draw.choice([480, 800, 1200]), "height": draw.choice([480, 640, 1200])}


def _amount(draw: random.Random) -> tuple[str, float]:
    currency = draw.choice(list(_PRICES))
    amount = round(draw.uniform(9, 400), 2) * _RATES[currency]
    return currency, round(amount, 0 if currency in ("VND", "JPY") else 2)
