"""Names that were given up stay away, and docstrings begin with what they are of."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOMS = ("api", "benchmarks", "engine", "ingest", "models", "reelmatch", "tests")
RETIRED = frozenset(
    """
SecondRange second_ranges Stretch ViewerCase CampaignCase CampaignArrivals arrivals_of Verdict
TopicVerdict VERDICTS topic_place tolerated_place least_stored together_sources kept_answers
as_asked greatest_sums readings_of viewer_case campaign_case_of SeenAt
doubtful at_once _at_once MAKER AskingTagger Witness Unwatchable KindJudge SensitiveJudge BrandJudge
ThriftyTagger Commonplace NEW_LOOK Looks count_looks from_kept seen_ranges put_back Ruling Recipe
Setup Taste Pulls Eye SeenAnswer RulingAnswer CaseAnswer ReadingAnswer MeaningAnswer
most_telling_first can_be_judged key_json result_json HeardSound read_place
HeardSpeech TagShare MAX_RUNS _owes_look LOOK_SECONDS GLANCE_SECONDS
AT_ONCE SeenRanges
""".split()  # noqa: SIM905 - a word a name
)
RETIRED_MODULES = frozenset(
    """
asking placing planning breaking understanding wheres alone working notifying observing heads fast
choice chunks row_units nearness arrivals judging pairs alignment upright lookahead entries
losses child hub archive subjects fitting shrinking weighing doubtful
catalogue signs shelf doors eyes together
""".split()  # noqa: SIM905
)
RETIRED_CLASSES = frozenset(
    """
Band Case Door Elsewhere Ending How Look Maker Meaning Order Outcome Place Reading Seen Share View
""".split()  # noqa: SIM905
)
RETIRED_IN_TEXT = re.compile(
    r"(?i:\b(?:_?at_once|catalogue|commonplace|doors|every door|obey(?:s|ed)?|outcomes?|rulings?|"
    r"shelf|shelves|thrifty|unwatchable|verdicts|viewers? who (?:is|are) kept|already watched)\b)"
)
"""Those that have no other use; of the rest, only names are told from plain English."""

OF_THE_PRODUCT = ("api", "engine", "ingest", "models", "reelmatch")
RETIRED_VARIABLES = frozenset(
    "found told said asked wanted seen kept heard verdict looks glance door maker eye".split()  # noqa: SIM905
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
    for node in nodes(file):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str):
                yield node.lineno, text


def test_no_retired_name_comes_back() -> None:
    retired = re.compile(rf"\b(?:{'|'.join(RETIRED)}|_?(?:MOST|LEAST)_[A-Z_]+|\w*AT_ONCE)\b")
    files = [file for room in ROOMS for file in (TOP / room).rglob("*.py")]
    assert files
    used = {
        str(file.relative_to(TOP)): names
        for file in files
        if file != Path(__file__) and (names := set(retired.findall(file.read_text("utf-8"))))
    }
    assert used == {}


def test_no_retired_word_comes_back_in_text() -> None:
    texts = [
        file
        for file in texts_of_the_project()
        if file.suffix in {".css", ".html", ".md", ".py", ".toml"}
        and file.name not in {"CHANGELOG.md", "words.toml", Path(__file__).name}
    ]
    assert texts
    used = {
        str(file.relative_to(TOP)): words
        for file in texts
        if (words := set(RETIRED_IN_TEXT.findall(file.read_text("utf-8"))))
    }
    assert used == {}


def texts_of_the_project() -> list[Path]:
    """Return the files of all rooms and of the documentation, and those beside them."""
    rooms = [file for room in (*ROOMS, "docs") for file in (TOP / room).rglob("*.*")]
    return [*TOP.glob("*.*"), *(file for file in rooms if "static" not in file.parts)]


def test_no_module_has_a_retired_name() -> None:
    files = [file for room in OF_THE_PRODUCT for file in (TOP / room).rglob("*.py")]
    assert {str(file.relative_to(TOP)) for file in files if file.stem in RETIRED_MODULES} == set()


def test_no_class_or_variable_has_a_retired_name() -> None:
    used = {
        str(file.relative_to(TOP)): names
        for room in ROOMS
        for file in (TOP / room).rglob("*.py")
        if (names := RETIRED_VARIABLES & variables_of(file) | RETIRED_CLASSES & classes_of(file))
    }
    assert used == {}


def classes_of(file: Path) -> set[str]:
    """Return the names of the classes of a file."""
    return {node.name for node in nodes(file) if isinstance(node, ast.ClassDef)}


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Return the whole syntax tree of a file."""
    return tuple(ast.walk(ast.parse(file.read_text("utf-8"))))


def variables_of(file: Path) -> set[str]:
    """Return the names that a file assigns or takes; fields of records are public."""
    fields = {
        id(line.target)
        for node in nodes(file)
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.AnnAssign)
    }
    return {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in nodes(file)
        if isinstance(node, ast.arg)
        or (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Store)
            and id(node) not in fields
        )
    }
