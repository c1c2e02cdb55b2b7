"""Names that were given up stay away."""

import re
from pathlib import Path

ROOMS = ("api", "benchmarks", "engine", "ingest", "models", "reelmatch", "tests")
RETIRED = frozenset(
    """
SecondRange second_ranges Stretch ViewerCase CampaignCase CampaignArrivals arrivals_of Verdict
TopicVerdict VERDICTS topic_place tolerated_place least_stored together_sources kept_answers
as_asked greatest_sums readings_of viewer_case campaign_case_of SeenAt
doubtful at_once MAKER
""".split()  # noqa: SIM905 - a word a name
)


def test_no_retired_name_comes_back() -> None:
    retired = re.compile(rf"\b(?:{'|'.join(RETIRED)})\b")
    top = Path(__file__).parents[1]
    files = [file for room in ROOMS for file in (top / room).rglob("*.py")]
    assert files
    used = {
        str(file.relative_to(top)): names
        for file in files
        if file != Path(__file__) and (names := set(retired.findall(file.read_text("utf-8"))))
    }
    assert used == {}
