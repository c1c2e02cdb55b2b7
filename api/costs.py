"""Costs of jobs, for people."""

from collections.abc import Mapping


def cost_text(cost: Mapping[str, float]) -> str:
    """Return CPU seconds and the share of each part: ``6.3 s: visual 58 %, audio 12 %``."""
    whole = sum(cost.values())
    if not whole:
        return ""
    parts = sorted(cost.items(), key=lambda one: (-one[1], one[0]))
    shares = ((part, round(100 * seconds / whole)) for part, seconds in parts)
    text = ", ".join(f"{part} {share} %" for part, share in shares if share)
    return f"{whole:.1f} s: {text}"
