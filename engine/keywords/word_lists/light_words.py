"""Words that advertisers put around what they mean: opera tickets, luxury hotels, pet lovers."""

from typing import Final

LIGHT_HEADS: Final = frozenset(
    # Who likes it.
    {"lover", "enthusiast", "buff", "owner", "fanatic", "aficionado", "junkie", "craver"}
    | {"fans"}
    # What is learnt and read of it.
    | {"lesson", "course", "class", "training", "tutorial", "tip", "guide", "idea"}
    | {"review", "news", "advice", "workshop"}
    # What is sold of it, and done with it.
    | {"ticket", "deal", "offer", "sale", "discount", "price", "quote", "bargain", "coupon"}
    | {"subscription", "package", "reservation", "equipment", "gear", "accessory"}
    | {"accessories", "product", "supplies", "part", "brand", "kit", "collection"}
    | {"service", "company", "provider", "rental", "hire", "repair", "maintenance"}
    | {"installation", "making", "adoption"}
    # Where one goes for it.
    | {"trip", "vacation", "holiday", "getaway", "travel", "tour", "tourism", "destination"}
    | {"excursion", "experience", "adventure", "event", "expo", "exhibition", "fair"}
    | {"competition", "championship", "tournament", "industry"}
    # What is filmed of it.
    | {"video", "clip", "footage", "scene", "shot", "image", "picture", "photo"}
    | {"background", "view", "theme", "trend", "style"}
)
"""Heads that say who likes, or what is learnt, sold or filmed of, what a phrase is about.

A fan may turn; fans are many.
"""

LITTLE_WORDS: Final = frozenset(
    {"a", "an", "the", "my", "your", "our", "their", "his", "her", "its", "this", "that"}
    | {"these", "those", "all", "any", "some", "best", "top", "new", "good", "great"}
    | {"cheap", "free", "luxury", "premium", "budget", "affordable", "discount", "local"}
    | {"online", "professional", "designer", "custom", "handmade", "favourite", "favorite"}
    | {"beautiful", "amazing", "popular", "famous", "traditional", "homemade", "authentic"}
    | {"exclusive", "upscale", "trendy"}
)
"""Words that say nothing of what a phrase is about."""
