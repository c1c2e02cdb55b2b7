"""The categories of the IAB's content taxonomy 3.1: a tree of ids and names."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Self

from engine.errors import InvalidInput

CATTAX: Final = 9
"""AdCOM's number of the content taxonomy 3.1."""

SENSITIVE_TOPICS: Final = "v9i3On"
"""The category above the eleven topics of brand safety."""

_TABLE: Final = Path(__file__).with_name("content_3_1.json")


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the tree; ``parent`` is an id, None at the top."""

    id: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Taxonomy:
    """All categories by id."""

    categories: dict[str, Category]
    _children: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        children: dict[str, list[str]] = {}
        for category in self.categories.values():
            if category.parent is not None:
                children.setdefault(category.parent, []).append(category.id)
        object.__setattr__(self, "_children", children)

    @classmethod
    def load(cls) -> Self:
        """Read the table that comes along."""
        rows = json.loads(_TABLE.read_text("utf-8"))
        return cls({row[0]: Category(*row) for row in rows})

    def path(self, category: str) -> tuple[Category, ...]:
        """Return a category and all above it, the top first."""
        upwards = [self.categories[category]]
        while upwards[-1].parent is not None:
            upwards.append(self.categories[upwards[-1].parent])
        return tuple(reversed(upwards))

    def with_all_below(self, categories: Iterable[str]) -> frozenset[str]:
        """Return categories with all that is under them.

        Raises:
            InvalidInput: naming an id that is not in the taxonomy.
        """
        categories_below: set[str] = set()
        waiting = list(categories)
        for category in waiting:
            if category not in self.categories:
                raise InvalidInput(
                    f"no category {category!r} in the IAB content taxonomy 3.1:"
                    " give an id such as '422' (Pets)"
                )
        while waiting:
            here = waiting.pop()
            categories_below.add(here)
            waiting += self._children.get(here, [])
        return frozenset(categories_below)


@cache
def content_taxonomy() -> Taxonomy:
    """Return the taxonomy, read once."""
    return Taxonomy.load()
