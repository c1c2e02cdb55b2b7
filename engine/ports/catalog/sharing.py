"""Interface of what all who share a catalog count and decide together."""

from typing import Protocol


class Rates(Protocol):
    """The moment from which on each key may ask again, for all who share a catalog."""

    def take(self, key: int, per_second: float) -> float:
        """Count one request of a key.

        Args:
            key: its number.
            per_second: how many it may make a second, above 0; as many may come at once.

        Returns:
            0.0 when it may pass; else the seconds until it may, and it is not counted.
        """
        ...

    def close(self) -> None:
        """Let go of what it counts in."""
        ...


class Leadership(Protocol):
    """The right to do what one does for all who share a catalog."""

    def holds(self) -> bool:
        """Tell whether it is still held; when it is not, somebody else may have it by now."""
        ...
