"""Words of each tagger that ever looked, so that its silence can be told from blindness."""

import json
from collections.abc import Iterable

from engine.catalogs.sql.database import Database
from engine.domain.videos import TaggerWords


class Taggers:
    """The taggers of one catalog. Services and imports are not among them: they have any words."""

    def __init__(self, catalog: Database) -> None:
        self._catalog = catalog

    def remember(self, tagger: str, tags: Iterable[str]) -> None:
        """Keep the words of a tagger; must come before the first video it looked at is saved."""
        if self._catalog.rows("select 1 from taggers where tagger = ?", (tagger,)):
            return
        with self._catalog.transaction() as db:
            db.execute(
                "insert into taggers (tagger, tags) values (?, ?) on conflict do nothing",
                (tagger, json.dumps(list(tags), ensure_ascii=False)),
            )

    def words(self) -> TaggerWords:
        """Return the words of all taggers."""
        return {
            tagger: frozenset(json.loads(tags))
            for tagger, tags in self._catalog.rows("select tagger, tags from taggers")
        }

    def words_of(self, tagger: str) -> frozenset[str] | None:
        """Return the words of one tagger, None when they are not known."""
        for (tags,) in self._catalog.rows("select tags from taggers where tagger = ?", (tagger,)):
            return frozenset(json.loads(tags))
        return None
