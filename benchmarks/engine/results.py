"""Measurements, kept in ``results.json``."""

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")


def keep(key: str, result: dict[str, Any]) -> None:
    """Add a result to those kept, in place of an earlier one."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[key] = result
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
