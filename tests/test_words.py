"""Names that were given up stay away, and docstrings begin with what they are of."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("api", "benchmarks", "engine", "ingest", "models", "reelmatch", "tests")
RETIRED = frozenset(
    """
SecondRange second_ranges Stretch ViewerCase CampaignCase CampaignArrivals arrivals_of Verdict
TopicVerdict VERDICTS topic_place tolerated_place least_stored together_sources kept_answers
as_asked greatest_sums readings_of viewer_case campaign_case_of SeenAt
doubtful at_once MAKER AskingTagger Witness Unwatchable KindJudge SensitiveJudge BrandJudge
ThriftyTagger Commonplace NEW_LOOK Looks count_looks from_kept seen_ranges put_back Ruling Recipe
Setup Taste Pulls Eye SeenAnswer RulingAnswer CaseAnswer ReadingAnswer MeaningAnswer
most_telling_first can_be_judged key_json result_json HeardSound read_place
HeardSpeech TagShare MAX_RUNS _owes_look LOOK_SECONDS GLANCE_SECONDS
""".split()  # noqa: SIM905 - a word a name
)
OF_THE_PRODUCT = ("api", "engine", "ingest", "models", "reelmatch")
RETIRED_VARIABLES = frozenset(
    "found told said asked wanted seen kept heard verdict looks glance".split()  # noqa: SIM905
)


QUESTIONS = re.compile(r"(?:How|What|When|Where|Which|Who|Whose|Why|So (?:many|much|long|often))\b")
TOP = Path(__file__).parents[1]


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    files = [file for room in ROOMS for file in (TOP / room).rglob("*.py")]
    begin = {
        f"{file.relative_to(TOP)}:{line}": text.splitlines()[0]
        for file in files
        for line, text in docstrings_of(file)
        if QUESTIONS.match(text.strip())
    }
    assert begin == {}


def docstrings_of(file: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of the docstrings of a module, its classes, functions and attributes."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str):
                yield node.lineno, text


def test_no_retired_name_comes_back() -> None:
    retired = re.compile(rf"\b(?:{'|'.join(RETIRED)})\b")
    files = [file for room in ROOMS for file in (TOP / room).rglob("*.py")]
    assert files
    used = {
        str(file.relative_to(TOP)): names
        for file in files
        if file != Path(__file__) and (names := set(retired.findall(file.read_text("utf-8"))))
    }
    assert used == {}


def test_no_variable_has_a_retired_name() -> None:
    files = [file for room in OF_THE_PRODUCT for file in (TOP / room).rglob("*.py")]
    assert files
    used = {
        str(file.relative_to(TOP)): names
        for file in files
        if (names := RETIRED_VARIABLES & set(variables_of(file)))
    }
    assert used == {}


def variables_of(file: Path) -> Iterator[str]:
    """Yield the names that the functions of a file assign or take; fields of records are public."""
    for function in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for node in ast.walk(function):
                if isinstance(node, ast.arg):
                    yield node.arg
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id
