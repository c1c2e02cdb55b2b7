"""Measured figures, kept in ``measured.json``: what sizing and simulation start from."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

MEASURED: Final = Path(__file__).with_name("measured.json")
QUANTILES: Final = range(0, 101, 5)
"""Percentiles that a distribution is kept as."""


def measured() -> dict[str, Any]:
    """Return all figures."""
    figures: dict[str, Any] = json.loads(MEASURED.read_text())
    return figures


def keep(name: str, figures: dict[str, Any]) -> None:
    """Put figures in place of those of an earlier run, with the date and what ran beside."""
    # Of another folder, which those that read figures need not have on their path.
    from machine import machine

    figures_before = measured() if MEASURED.exists() else {}
    figures_before[name] = figures | {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load": round(os.getloadavg()[0], 1),
    }
    MEASURED.write_text(json.dumps(figures_before, indent=1, sort_keys=True) + "\n")


def go_first(process: int) -> None:
    """Let the session of a process go before others, where the machine has that and allows it.

    There, ``nice`` orders only the processes of one session.
    """
    with suppress(OSError):
        Path(f"/proc/{process}/autogroup").write_text("-10")
