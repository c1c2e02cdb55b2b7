"""Apps' ids of videos, wherever a request names videos, become the videos' own."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from api.filter_parser import filter_of, filter_of_text
from engine.domain.matching.filters import EVERY_VIDEO, And, Filter, Ids, Not, Or
from engine.domain.viewers import Event
from engine.ports.catalog import Catalog


def own_ids(catalog: Catalog, names: Sequence[str]) -> tuple[str, ...]:
    """Return the videos' own ids in place of apps'; a name that no video has stays as it is."""
    known = catalog.videos.own_ids(names) if names else {}
    return tuple(known.get(name, name) for name in names)


def own_events(catalog: Catalog, events: Iterable[Event]) -> tuple[Event, ...]:
    """Return events about the videos' own ids."""
    events_given = tuple(events)
    videos = own_ids(catalog, [event.video for event in events_given])
    return tuple(
        replace(event, video=video) for event, video in zip(events_given, videos, strict=True)
    )


def own_filter(catalog: Catalog, where: dict[str, Any] | str | None) -> Filter:
    """Read a filter, as an object or as JSON text; None lets every video through.

    Raises:
        InvalidInput: naming the part that is wrong.
    """
    if where is None:
        return EVERY_VIDEO
    return _own(catalog, filter_of_text(where) if isinstance(where, str) else filter_of(where))


def _own(catalog: Catalog, where: Filter) -> Filter:
    match where:
        case Ids(ids):
            return Ids(own_ids(catalog, ids))
        case And(parts) | Or(parts):
            return type(where)(tuple(_own(catalog, part) for part in parts))
        case Not(part):
            return Not(_own(catalog, part))
    return where
