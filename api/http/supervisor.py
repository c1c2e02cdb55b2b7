"""Several processes that answer on one socket, and the one that started them.

uvicorn's supervisor keeps its own hold of the listening socket while it waits for its workers, so
that what arrives meanwhile waits for nobody.
"""

import os
import signal
import socket
from contextlib import suppress
from types import FrameType

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess


def supervise(config: uvicorn.Config) -> None:
    """Answer with as many processes as the configuration says, until told to stop."""
    Supervisor(config, sockets=[config.bind_socket()]).run()


class Supervisor(Multiprocess):
    """uvicorn's, which lets nobody in once it is told to stop."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def terminate_all(self) -> None:
        """Let go of the sockets, and tell the workers to stop."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        # At once, not at the next of uvicorn's half seconds, in which it may be waiting for the
        # answer of a worker.
        for listener in self.sockets:
            # Where it can be done, as on Linux, this ends the listening of all who hold the socket:
            # of a worker, too, that is too busy to hear that it is to stop.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        # Ctrl-C is heard by the workers as well, and a second signal would cut short what they do.
        for process in self.processes if number == signal.SIGTERM else ():
            with suppress(ProcessLookupError):
                if process.pid is not None:
                    os.kill(process.pid, signal.SIGTERM)
        self.signal_queue.append(number)
