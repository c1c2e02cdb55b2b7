"""Tags and their numbers, which are given once and never change."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.catalogs.sqlite.file import CatalogFile
from engine.vocabulary import Vocabulary

_TAG_NAMES: Final = "select name from tags where number >= ? order by number"


class Tags:
    """The tags of one catalog."""

    def __init__(self, file: CatalogFile) -> None:
        self._file = file
        self._vocabulary = Vocabulary(())

    def vocabulary(self) -> Vocabulary:
        """Return every tag that a tagger of this catalog can name."""
        known = self._vocabulary
        # Numbers are given without gaps and never taken back: more is all that can have happened.
        ((count,),) = self._file.rows("select coalesce(max(number), -1) + 1 from tags")
        if count != len(known):
            names = [name for (name,) in self._file.rows(_TAG_NAMES, (len(known),))]
            known = known.grown(names)
            # What this thread writes may be undone yet, and others are given what is kept here.
            if not self._file.writes:
                self._vocabulary = known
        return known

    def number(self, tags: Iterable[str]) -> NDArray[np.uint32]:
        """Return the number of each tag, giving new numbers to new tags; shape (n_tags,)."""
        wanted = list(tags)
        known = self.vocabulary()
        new = [tag for tag in dict.fromkeys(wanted) if known.exactly(tag) is None]
        if new:
            with self._file.change() as (db, _):
                # Another process may have added some since they were looked up.
                known = self.vocabulary()
                numbers = range(len(known), len(known) + len(new))
                fresh = [tag for tag in new if known.exactly(tag) is None]
                db.conn.executemany(
                    "insert into tags (number, name) values (?, ?)",
                    zip(numbers, fresh, strict=False),
                )
            known = self.vocabulary()
        return np.array([known.exactly(tag) for tag in wanted], np.uint32)
