import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.taggers.base import Confidences
from ingest.taggers.hierarchy import Hierarchy, all_above
from ingest.taggers.visual.seconds_agree import SecondsAgree
from ingest.taggers.visual.specific_tags import load_words

PARENTS = {word: one.general for word, one in load_words().items()}
TAGS = (*sorted({*PARENTS, *(above for word in PARENTS for above in all_above(word, PARENTS))}),)
SPECIFIC = ("beer glass", "black swan", "golden retriever", "polar bear", "rifle", "taxi")


def observed(words: list[dict[str, float]]) -> Confidences:
    """Return what a tagger says of seconds: each word with the general ones that it brings."""
    seconds = np.array([[one.get(tag, 0.0) for tag in TAGS] for one in words], np.float32)
    Hierarchy(PARENTS, TAGS).raise_general(seconds.T)
    return seconds


@pytest.mark.parametrize("word", SPECIFIC)
def test_each_of_the_words_is_one(word: str) -> None:
    assert word in TAGS


def test_a_glass_of_beer_on_one_second_is_a_drink_on_it() -> None:
    seconds = observed([{}, {}, {"beer glass": 0.9}, {}, {}])
    SecondsAgree.of(TAGS).settle(seconds)
    for tag in ("beer glass", "alcohol", "drink"):
        assert seconds[2, TAGS.index(tag)] == np.float32(0.9)


@settings(max_examples=50)
@given(
    st.lists(st.dictionaries(st.sampled_from(SPECIFIC), st.floats(0, 1)), min_size=1, max_size=12)
)
def test_a_general_word_stays_as_sure_as_the_surest_of_its_kind(
    words: list[dict[str, float]],
) -> None:
    seconds = observed(words)
    SecondsAgree.of(TAGS).settle(seconds)
    raised = seconds.copy()
    Hierarchy(PARENTS, TAGS).raise_general(raised.T)
    assert (raised == seconds).all()
