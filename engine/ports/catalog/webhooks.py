"""Interface of webhooks and what is still to be told."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from engine.domain.advertising.webhooks import Delivery, DeliveryState, Due, Webhook


class Webhooks(Protocol):
    """The webhooks of a catalog."""

    def set(self, campaign: str, url: str) -> Webhook:
        """Tell an address of a campaign's matches from now on; it gets a secret of its own."""
        ...

    def get(self, campaign: str) -> Webhook | None:
        """Return who is told of a campaign's matches, if anybody is."""
        ...

    def all(self) -> list[Webhook]:
        """Return every webhook."""
        ...

    def remove(self, campaign: str) -> bool:
        """Tell nobody any more; False when nobody was told."""
        ...

    def noted(self) -> int:
        """Return the catalog's revision up to which matches were written down."""
        ...

    def note(self, matches: Sequence[tuple[str, str, Mapping[str, Any]]], *, upto: int) -> None:
        """Write down what is to be told, and up to which revision all is written down.

        Args:
            matches: campaign, video and what is told of them; a pair is told once, as long as
                that is remembered.
            upto: a revision of the catalog.
        """
        ...

    def due(
        self, *, now: float, limit: int, per_advertiser: int, busy: Collection[str] = ()
    ) -> list[Due]:
        """Return deliveries that may be tried now, the oldest of each webhook.

        Every advertiser's first comes before anybody's second, so that a crowd of one advertiser's
        webhooks hides nobody else's.

        Args:
            now: seconds since 1970.
            limit: at most so many.
            per_advertiser: at most so many of one advertiser.
            busy: campaigns whose webhooks are being told something already.
        """
        ...

    def end(self, delivery: Delivery, trouble: str | None, *, now: float) -> None:
        """Write down what an attempt came to: nothing, when it was taken, or the trouble."""
        ...

    def forget_ended(self, *, now: float) -> None:
        """Drop what was told or given up longer than ``RETENTION_SECONDS`` ago."""
        ...

    def counts(self, campaign: str) -> dict[DeliveryState, int]:
        """Return how many deliveries that are remembered are in each state."""
        ...

    def last_trouble(self, campaign: str) -> str:
        """Return what the last attempt that failed came to, empty when none did."""
        ...
