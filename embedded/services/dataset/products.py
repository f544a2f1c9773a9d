"""Products for lesson 03, in the shape of the public dummyjson `/products`, with generated content."""

from typing import Any

from embedded.services.dataset.prng import Draws

Product = dict[str, Any]

# Brands of each category; where there is none, the product has no brand, as groceries have none.
_CATEGORIES: dict[str, tuple[tuple[str, ...], tuple[str, ...], int]] = {
    "beauty": (("Lumen & Fern", "Halo Nine"), ("Lip Balm", "Night Cream", "Hair Oil", "Nail Polish"), 1_900),
    "furniture": (("Norrvik", "Oak and Ash"), ("Bookshelf", "Desk", "Reading Chair", "Side Table"), 24_000),
    "groceries": ((), ("Apples", "Brown Rice", "Coffee Beans", "Olive Oil", "Oranges", "Red Lentils"), 700),
    "home-decoration": ((), ("Candle", "Picture Frame", "Vase"), 2_600),
    "kitchen": (("Copperline", "Tavola"), ("Bread Knife", "Frying Pan", "Kettle", "Mixing Bowl"), 3_900),
    "laptops": (("Kestrel", "Northbyte", "Pinewood"), ("Laptop 13", "Laptop 14 Pro", "Workstation 16"), 125_000),
    "phones": (("Kestrel", "Sundial"), ("Phone Mini", "Phone 6", "Phone 6 Max"), 68_000),
    "sports": (("Trailmark", "Vela"), ("Football", "Running Belt", "Yoga Mat", "Water Bottle"), 2_900),
    "watches": (("Sundial", "Meridian"), ("Field Watch", "Diver", "Dress Watch"), 31_000),
    "bags": (("Trailmark", "Oak and Ash"), ("Backpack", "Tote", "Weekend Bag"), 7_400),
    "shoes": (("Vela", "Trailmark"), ("Trail Shoe", "Sneaker", "Sandal"), 8_900),
}
_FIELDS = ("price", "discount", "rating", "stock", "weight")
_NOTES = ("Does what it says.", "Good value.", "Would buy again.", "Smaller than it looks.")


def _titles() -> list[tuple[str, str | None, str, int]]:
    """Category, brand, title and usual price in cents of each product."""
    return [
        (category, brand, f"{brand} {noun}" if brand else noun, cents)
        for category, (brands, nouns, cents) in _CATEGORIES.items()
        for brand in brands or (None,)
        for noun in nouns
    ]


def products(seed: int) -> list[Product]:
    """All products; prices, ratings and stock follow the seed."""
    titles = _titles()
    draws = dict(zip(_FIELDS, Draws(f"products {seed}").block(0, len(_FIELDS), len(titles)), strict=True))
    listed = []
    for index, (category, brand, title, cents) in enumerate(titles):
        number = {name: int(draw[index]) for name, draw in draws.items()}
        listed.append(_product(index + 1, category, brand, title, cents, number))
    return listed


def _product(identity: int, category: str, brand: str | None, title: str, cents: int, draw: dict[str, int]) -> Product:
    price = cents * (60 + draw["price"] % 90) // 100 // 10 * 10 + 9
    stock = draw["stock"] % 120
    product = {
        "id": identity,
        "title": title,
        "description": f"{title}: a generated product in {category}.",
        "category": category,
        "price": price / 100,
        "discountPercentage": draw["discount"] % 2000 / 100,
        "rating": (250 + draw["rating"] % 250) / 100,
        "stock": stock,
        "tags": [category, title.rsplit(maxsplit=1)[-1].lower()],
        "sku": f"{category[:3].upper()}-{identity:04}",
        "weight": 1 + draw["weight"] % 40,
        "availabilityStatus": "In Stock" if stock > 10 else "Low Stock" if stock else "Out of Stock",
        "minimumOrderQuantity": 1 + draw["stock"] % 5,
        "reviews": [{"rating": 1 + draw["rating"] % 5, "comment": _NOTES[draw["rating"] % len(_NOTES)]}],
    }
    if brand:
        product["brand"] = brand
    return product


def page(seed: int, limit: int, skip: int) -> Product:
    """One page of products as the public service answers it.

    Parameters:
        seed: of the generator.
        limit: products on the page; 0 for all of them.
        skip: products to leave out before it.
    """
    every = products(seed)
    shown = every[skip : skip + limit if limit else None]
    return {"products": shown, "total": len(every), "skip": skip, "limit": len(shown)}
