"""Tags and their numbers, which are given once and never change."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.catalogs.sql.database import Database
from engine.domain.tags import VISUAL, Tag
from engine.words.vocabulary import Vocabulary

_TAGS: Final = "select source, name from tags where number >= ? order by number"


class Tags:
    """The tags of one catalog."""

    def __init__(self, file: Database) -> None:
        self._file = file
        self._vocabulary = Vocabulary(())

    def vocabulary(self) -> Vocabulary:
        """Return every tag that a tagger of this catalog can name."""
        known = self._vocabulary
        # Numbers are given without gaps and never taken back: more is all that can have happened.
        ((count,),) = self._file.rows("select coalesce(max(number), -1) + 1 from tags")
        if count != len(known):
            labels = [Tag(*row).label for row in self._file.rows(_TAGS, (len(known),))]
            known = known.grown(labels)
            # What this thread writes may be undone yet, and others are given what is kept here.
            if not self._file.writes:
                self._vocabulary = known
        return known

    def number(self, tags: Iterable[str], source: str = VISUAL) -> NDArray[np.uint32]:
        """Return the number of each tag of a source, giving new numbers to new tags.

        Args:
            tags: their names.
            source: one of ``engine.domain.tags.SOURCES``.

        Returns:
            shape (n_tags,).
        """
        names = list(tags)
        labels = {name: Tag(source, name).label for name in names}
        known = self.vocabulary()
        if any(known.exactly(label) is None for label in labels.values()):
            with self._file.change() as (db, _):
                # Another process may have added some since they were looked up.
                known = self.vocabulary()
                fresh = [name for name, label in labels.items() if known.exactly(label) is None]
                db.executemany(
                    "insert into tags (number, source, name) values (?, ?, ?)",
                    [(number, source, name) for number, name in enumerate(fresh, len(known))],
                )
            known = self.vocabulary()
        return np.array([known.exactly(labels[name]) for name in names], np.uint32)
