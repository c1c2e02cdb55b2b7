"""Interface of the campaigns of a catalog."""

from collections.abc import Sequence
from typing import Protocol

from engine.domain.advertising.campaigns import Campaign, CampaignChanges, CampaignState


class Campaigns(Protocol):
    """The campaigns of a catalog; any number of processes may read and change them."""

    def revision(self) -> int:
        """Return the number that grows with every change."""
        ...

    def get(self, campaign: str) -> Campaign | None:
        """Return a campaign, None if there is no such."""
        ...

    def find(self, campaign: str) -> Campaign:
        """Return a campaign.

        Raises:
            UnknownCampaign: when there is no such.
        """
        ...

    def some(self, ids: Sequence[str]) -> dict[str, Campaign]:
        """Return those of some campaigns that are there, by id."""
        ...

    def page(
        self,
        *,
        advertiser: str | None = None,
        state: CampaignState | None = None,
        after: str = "",
        limit: int = -1,
    ) -> list[Campaign]:
        """Return campaigns by rising id.

        Args:
            advertiser: only this one's; None for everybody's.
            state: only in this state; None for any.
            after: only those with a higher id.
            limit: at most so many; -1 for all.
        """
        ...

    def count(self) -> int:
        """Return how many there are."""
        ...

    def put(self, campaign: Campaign, *, expected: int | None = None) -> Campaign:
        """Store a campaign, new or instead of an earlier one of its id; whole or not at all.

        One that is stored already, just so, stays as it is, so that doing it twice is doing it
        once. One that is another advertiser's from now on loses its webhook: whoever was told of
        its matches was told by the one before.

        Args:
            campaign: what to store; its revision does not matter.
            expected: the revision that the earlier one must have; 0 when there must be none.

        Returns:
            What is stored now.

        Raises:
            CampaignChanged: when the earlier one is not at ``expected``.
        """
        ...

    def set_state(self, campaign: str, state: CampaignState) -> Campaign:
        """Pause a campaign, or let it go on.

        Raises:
            UnknownCampaign: when there is no such.
        """
        ...

    def delete(self, campaign: str) -> None:
        """Forget a campaign.

        Raises:
            UnknownCampaign: when there is no such.
        """
        ...

    def changes_since(self, revision: int) -> CampaignChanges:
        """Return what happened after a revision."""
        ...
