"""All campaigns at one moment, so that a video meets 100,000 of them within a millisecond or two.

An index never changes; ``changed`` makes the next one out of it, and reads anew only what changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.advertising.campaigns import Campaign
from engine.kernels.forward import Floats
from engine.kernels.sorted_ids import SortedIds
from engine.kernels.targeting import Rules, Starts, invert, weigh_rows
from engine.targeting.columns import CampaignColumns, Codes, Numbering
from engine.targeting.rule_types import CampaignRule
from engine.targeting.rules import RULES
from engine.words.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class CampaignIndex:
    """Campaigns in rows by rising id, so that ties go to the lower id.

    Attributes:
        ids: the place of an id is the campaign's row.
        columns: of the same rows.
        columns_of_rules: those of rules, as the kernel takes them.
        codes: what words are written as.
        revision: of the campaigns.
        rules: what decides whether they may run.
    """

    ids: SortedIds
    columns: CampaignColumns
    columns_of_rules: Rules
    codes: Codes
    revision: int
    rules: tuple[CampaignRule, ...]

    @classmethod
    def empty(cls, rules: tuple[CampaignRule, ...] = RULES) -> Self:
        """Return the index of no campaign."""
        codes = Codes(Vocabulary(()), Numbering(), Numbering())
        columns = CampaignColumns.of([], codes, rules)
        return cls(SortedIds.sort([])[0], columns, columns.rules(rules), codes, 0, rules)

    def __len__(self) -> int:
        return len(self.ids)

    def changed(
        self,
        campaigns: Sequence[Campaign],
        gone: Iterable[str],
        vocabulary: Vocabulary,
        revision: int,
    ) -> "CampaignIndex":
        """Return the index with some campaigns new or changed, and others gone.

        Args:
            campaigns: each once.
            gone: ids; those that are not in the index are no matter.
            vocabulary: knows every tag that the campaigns were understood as.
            revision: of the campaigns.
        """
        codes = replace(self.codes, vocabulary=vocabulary)
        new = [campaign.id for campaign in campaigns]
        dead = self.ids.rows_of([*new, *gone])
        alive = np.ones(len(self), bool)
        alive[dead[dead >= 0]] = False
        rows = np.flatnonzero(alive)
        columns = self.columns.take(rows).above(CampaignColumns.of(campaigns, codes, self.rules))
        ids, order = SortedIds.sort([*self.ids.at(rows), *new])
        if order is not None:
            columns = columns.take(order)
        of_rules = columns.rules(self.rules)
        return CampaignIndex(ids, columns, of_rules, codes, revision, self.rules)

    def of_advertiser(self, advertiser: str) -> NDArray[np.bool_]:
        """Return which rows are an advertiser's, shape (n,)."""
        return np.asarray(self.columns.advertiser == self.codes.advertisers.known(advertiser))

    def row_of(self, campaign: str) -> int | None:
        """Return the row of a campaign, None if there is no such."""
        row = int(self.ids.rows_of([campaign])[0])
        return row if row >= 0 else None


@dataclass(frozen=True, slots=True)
class Postings:
    """The campaigns of every tag, weighed with the idf of one generation.

    Attributes:
        starts: shape (n_tags + 1,).
        rows: campaigns, rising within a tag.
        impacts: aligned with ``rows``: what a term frequency is multiplied by.
    """

    starts: Starts
    rows: NDArray[np.int32]
    impacts: Floats

    @classmethod
    def of(cls, columns: CampaignColumns, idf: Floats) -> Self:
        """Weigh the profiles and turn them around."""
        starts, tags = columns.tags.starts, columns.tags.values
        weighed = np.empty(len(tags), np.float64)
        weigh_rows(starts, tags, columns.weights.values, np.array(idf), weighed)
        n_tags = max(len(idf), int(tags.max(initial=-1)) + 1)
        postings = cls(
            np.zeros(n_tags + 1, np.int64),
            np.empty(len(tags), np.int32),
            np.empty(len(tags), np.float64),
        )
        invert(starts, tags, weighed, postings.starts, postings.rows, postings.impacts)
        return postings
