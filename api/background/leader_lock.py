"""Background work that one process of a service does for all of them, in a thread.

Which one is decided by a leadership that ends with its process, so that another takes over then.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from engine.errors import ReelmatchError
from engine.ports.catalog import Leadership
from engine.system.os_errors import expected_trouble

_AGAIN_SECONDS: Final = 2.0

log = logging.getLogger(__name__)


class LeaderLock:
    """Acts from ``start`` to ``stop``, while no other process does.

    Args:
        what: is done, for the log.
        leading: who leads, for a block; None where another one does.
        act: does it until the event that it is given is set.
    """

    def __init__(
        self,
        what: str,
        leading: Callable[[], AbstractContextManager[Leadership | None]],
        act: Callable[[threading.Event], None],
    ) -> None:
        self._what = what
        self._leading = leading
        self._act = act
        self._stop = threading.Event()
        # Of the act that runs; it ends, too, when another one leads by now.
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._try, name=what, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, when what is being done can be left."""
        self._stop.set()
        self._halt.set()
        self._thread.join()

    def _try(self) -> None:
        while not self._stop.is_set():
            try:
                self._act_if_first()
            except Exception as error:
                # Whatever it is, it must not stand still for ever.
                trouble = error if isinstance(error, ReelmatchError) else expected_trouble(error)
                log.error(
                    "%s failed; it begins again: %s",
                    self._what,
                    trouble or error,
                    exc_info=None if trouble else error,
                )
            self._stop.wait(_AGAIN_SECONDS)

    def _act_if_first(self) -> None:
        with self._leading() as leadership:
            if leadership is not None:
                self._act_while(leadership)

    def _act_while(self, leadership: Leadership) -> None:
        self._halt = threading.Event()
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_AGAIN_SECONDS):
                if not leadership.holds():
                    log.warning("%s: another process may lead by now; it is left", self._what)
                    self._halt.set()
                    return

        watching = threading.Thread(target=watch, name=f"leader of {self._what}", daemon=True)
        watching.start()
        try:
            if not self._stop.is_set():
                self._act(self._halt)
        finally:
            done.set()
            watching.join()
