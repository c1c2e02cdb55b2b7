"""Webhooks for new matches, and the state of their deliveries: frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

RETRY_SECONDS: Final = (1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0, 21_600.0)
"""Seconds after each failed attempt until the next one; after the last, there is none."""

RETENTION_SECONDS: Final = 30 * 86_400
"""Number of seconds that a delivery is remembered after it was made, or given up."""


class DeliveryState(StrEnum):
    """State of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Receiver of a campaign's new matches.

    Attributes:
        campaign: whose matches.
        url: address that they are sent to.
        secret: what they are signed with.
        since: the catalog's revision when it was set; only what comes after is told.
    """

    campaign: str
    url: str
    secret: str
    since: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One match to be told.

    Attributes:
        id: rising.
        campaign: whose match.
        body: what is told; JSON values.
        attempts: how many failed.
        state: where it is.
        says: what the last attempt came to.
    """

    id: int
    campaign: str
    body: Mapping[str, Any] = field(hash=False)
    attempts: int
    state: DeliveryState
    says: str


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that may be tried now.

    Attributes:
        advertiser: whose campaign it is about.
        delivery: what is told.
        webhook: who is told.
    """

    advertiser: str
    delivery: Delivery
    webhook: Webhook
