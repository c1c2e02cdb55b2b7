"""The campaigns as they are now, followed from the catalog and ready to meet videos."""

import threading
import time
from typing import Final

from engine.ports.catalog import Catalog
from engine.ports.index import IndexSnapshot
from engine.targeting.campaign_index import CampaignIndex
from engine.targeting.targeting import Targeting

AGAIN_SECONDS: Final = 0.4
"""Seconds between two looks for changed campaigns: each look takes in all since the last."""


class LiveCampaigns:
    """All campaigns of a catalog, in memory; safe to share between threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._campaigns = catalog.campaigns
        self._changing = threading.Lock()
        self._targeting: Targeting | None = None
        self._is_warm = False
        self._refreshed_at = float("-inf")

    def meeting(self, snapshot: IndexSnapshot) -> Targeting:
        """Return the campaigns, as of at most half a second ago, ready for a view's videos."""
        with self._changing:
            known = self._targeting
            if known is None:
                known = Targeting.of(self._newest(CampaignIndex.empty()), snapshot)
            newer = known.advanced(self._newest(known.campaigns), snapshot)
            if len(newer.campaigns) and not self._is_warm:
                newer.warm_up()
                self._is_warm = True
            self._targeting = newer
            return newer

    def _newest(self, index: CampaignIndex) -> CampaignIndex:
        now = time.monotonic()
        if now - self._refreshed_at < AGAIN_SECONDS:
            return index
        self._refreshed_at = now
        if self._campaigns.revision() == index.revision:
            return index
        changes = self._campaigns.changes_since(index.revision)
        vocabulary = self._catalog.tags.vocabulary()
        return index.changed(changes.changed, changes.gone, vocabulary, changes.revision)
