"""A service that answers from what another one publishes, and moves on to what is newer.

What was fetched never changes under those who answer: other processes are started on it, and those
before them end when what they were asked is answered.
"""

import logging
import signal
import socket
import threading
from typing import Self

import uvicorn

from api.catalogs import open_own_catalog
from api.http.supervisor import Supervisor
from api.settings import Settings
from engine.batch.replication.replica import Replica
from engine.catalogs import open_catalog
from engine.errors import NothingIndexed, ReelmatchError
from engine.object_stores import open_object_store
from engine.ports.catalog import Catalog
from engine.system.homes import CATALOG
from engine.system.os_errors import expected_trouble

log = logging.getLogger(__name__)


class FollowedStore:
    """A store, and the replica of what is published there.

    Args:
        settings: name it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = open_object_store(settings.replica_of)
        self.replica = Replica(settings.replica_path)
        self.seconds = settings.replica_seconds
        self._trouble = ""

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Fetch what is published; what is here already will do while the store is away.

        Raises:
            StoreUnusable: when there is nothing to answer from.
        """
        followed = cls(settings)
        followed.replica.refetch_damaged(with_catalog=settings.only_answers)
        try:
            followed.fetch()
        except ReelmatchError as error:
            try:
                followed.replica.home  # noqa: B018 - whether there is one
            except NothingIndexed:
                raise error from None
            followed.tell(error)
        return followed

    def catalog(self) -> Catalog:
        """Open the catalog that is asked: the shared one, or the copy that is here, read only."""
        if self._settings.shares_catalog:
            return open_own_catalog(self._settings)
        return open_catalog(self.replica.home / CATALOG, read_only=True)

    def fetch(self) -> bool:
        """Bring what is newest here; return whether that is something new.

        Raises:
            ReelmatchError: when it cannot be had.
        """
        if self._settings.shares_catalog:
            with open_own_catalog(self._settings) as catalog:
                is_new = self.replica.fetch(self._store, catalog)
        else:
            is_new = self.replica.fetch(self._store)
        if is_new:
            log.info("fetched what is published in %s", self._store.url)
        self._trouble = ""
        return is_new

    def tell(self, trouble: Exception) -> None:
        """Log what went wrong, once until it is another trouble, or over."""
        if str(trouble) != self._trouble:
            log.error("nothing newer can be fetched, which is tried again: %s", trouble)
        self._trouble = str(trouble)


def supervise_replica(config: uvicorn.Config, followed: FollowedStore) -> None:
    """Answer until told to stop, from what is published as it changes."""
    ReplicaSupervisor(config, [config.bind_socket()], followed).run()


class ReplicaSupervisor(Supervisor):
    """Starts other processes when something new was fetched, then stops those before them."""

    def __init__(
        self, config: uvicorn.Config, sockets: list[socket.socket], followed: FollowedStore
    ) -> None:
        super().__init__(config, sockets)
        self._followed = followed
        self._is_behind = False

    def run(self) -> None:
        """Answer and look for what is newer, until told to stop."""
        self._followed.replica.clear_away(self._followed.replica.home)
        follower = threading.Thread(target=self._follow, name="replica-follower", daemon=True)
        follower.start()
        super().run()

    def restart_all(self) -> None:
        """Replace the processes; then what those before them read can go."""
        before, home = list(self.processes), self._followed.replica.home
        super().restart_all()
        # One that could not start keeps those before it; it is tried again.
        self._is_behind = bool(set(before) & set(self.processes))
        if not self._is_behind:
            self._followed.replica.clear_away(home)

    def _follow(self) -> None:
        while not self.should_exit.wait(self._followed.seconds):
            try:
                if self._followed.fetch() or self._is_behind:
                    self._is_behind = False
                    self.signal_queue.append(signal.SIGHUP)
            except Exception as error:  # noqa: BLE001 - told below
                # Whatever it is, what is here is answered from, and the next look may go well.
                self._followed.tell(expected_trouble(error) or error)
