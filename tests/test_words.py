"""Names that were given up stay away, and docstrings begin with what they are of."""

import ast
import re
from dataclasses import dataclass
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
    r"(?i:\b(?:_?at_once|catalogue|commonplace|doors|every door|obey(?:s|ed)?|"
    r"(?<!report\.)outcomes?|rulings?|shelf|shelves|thrifty|unwatchable|verdicts|"
    r"viewers? who (?:is|are) kept|already watched)\b)"
)
"""Those that have no other use; of the rest, only names are told from plain English.

pytest has its own word for what a report says.
"""

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
        for line, text in words_of(file).docstrings
        if QUESTIONS.match(text.strip())
    }
    assert begin == {}


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
        if (
            names := (RETIRED_VARIABLES & words_of(file).variables)
            | (RETIRED_CLASSES & words_of(file).classes)
        )
    }
    assert used == {}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a module that are looked at.

    Attributes:
        docstrings: line and text of those of the module, its classes, functions and attributes.
        classes: their names.
        variables: names that are assigned or taken; fields of records are public.
    """

    docstrings: tuple[tuple[int, str], ...]
    classes: frozenset[str]
    variables: frozenset[str]


@cache
def words_of(file: Path) -> Words:
    """Return the words of a file; its tree is not kept, those of all would take 250 MB."""
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    fields = {
        id(line.target) for node in classes for line in node.body if isinstance(line, ast.AnnAssign)
    }
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    assigned = {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in fields
    }
    return Words(
        docstrings=tuple(
            (node.lineno, node.value.value)
            for node in nodes
            if isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ),
        classes=frozenset(node.name for node in classes),
        variables=frozenset(arguments | assigned),
    )
