"""Reports of evaluations that nobody ran."""

from engine.domain.evaluations.evaluation import Measure


def report(name: str) -> dict[str, object]:
    """Return a report in which ``name`` is surely better by all but novelty."""
    estimate = {"value": 0.25, "low": 0.2, "high": 0.3}
    measures = {measure.value: estimate for measure in Measure}
    apart = {"value": 0.1, "low": 0.05, "high": 0.15, "p": 0.01}
    differences = {
        measure.value: {**apart, "is_real": measure is not Measure.NOVELTY} for measure in Measure
    }
    present = {"name": "present", "settings": {}, "measures": measures, "differences": {}}
    other = {
        "name": name,
        "settings": {"tf": "log"},
        "measures": measures,
        "differences": differences,
    }
    counts = ("training_events", "test_events", "later_viewers", "viewers", "left_out", "videos")
    return {
        **dict.fromkeys(counts, 1234),
        "split_at": 0.0,
        "compared": [present, other],
        "winner": name,
    }
