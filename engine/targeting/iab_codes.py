"""The IAB's content taxonomy as a list of codes that campaigns choose from."""

from functools import cache
from operator import itemgetter
from typing import Final

from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.targeting.criteria import CodeList


@cache
def _options() -> tuple[tuple[str, str], ...]:
    """Return id and name of every category, by name, with those above it behind.

    A browser looks for what is typed, after the ids that are there, so the name comes first.
    """
    taxonomy = content_taxonomy()
    named: list[tuple[str, str]] = []
    for one in taxonomy.categories:
        *above, own = (each.name for each in taxonomy.path(one))
        named.append((one, f"{own} ({', '.join(above)})" if above else own))
    return tuple(sorted(named, key=itemgetter(1)))


IAB_CATEGORIES: Final = CodeList(
    "iab-categories", _options, lambda ids: content_taxonomy().with_all_below(ids)
)
