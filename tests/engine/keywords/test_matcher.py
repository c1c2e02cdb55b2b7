import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.domain.matching.keywords import AS_GOOD, SUGGESTED, USED, MatchMethod, Status
from engine.errors import InvalidInput, UnknownTag
from engine.keywords.embeddings import Embedder
from engine.keywords.matcher import EMBEDDED_PIECES, Keywords
from engine.keywords.phrases import parts_of, plain
from engine.keywords.thesaurus.nouns import Thesaurus
from engine.words.vocabulary import Vocabulary

TAGS = ("animal", "big cat", "car", "cat", "flower", "music", "science", "toys", "vehicle")
THESAURUS = Thesaurus(
    {
        "auto": [("car", 0, 1.0), ("vehicle", 4, 1.0)],
        "tiger": [("big cat", 1, 1.0), ("animal", 7, 1.0)],
        "grammar": [("science", 3, 1.0)],
        "stock": [("animal", 2, 0.01)],
        "rose": [("flower", 1, 0.9)],
        "bouquet": [("flower", 1, 1.0)],
        "market": [("car", 0, 1.0)],
    },
    irregular={"mice": "mouse"},
    set_phrases=["stock market"],
    lures={"catkin": ["cat"]},
)


class Drawn:
    """Draws vectors so that each text has the cosines it is told with each tag."""

    def __init__(self, cosines: dict[str, dict[str, float]] | None = None) -> None:
        self.cosines = cosines or {}
        self.requested: list[str] = []

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        self.requested += texts
        return np.array([self.vector(text) for text in texts], np.float32).reshape(
            len(texts), len(TAGS) + 1
        )

    def pieces(self, text: str) -> int:
        return 2 + -(-len(text) // 4)

    def vector(self, text: str) -> list[float]:
        if text in TAGS:
            return [float(tag == text) for tag in TAGS] + [0.0]
        near = [self.cosines.get(text, {}).get(tag, 0.0) for tag in TAGS]
        return [*near, (1 - sum(value**2 for value in near)) ** 0.5]


def keywords(cosines: dict[str, dict[str, float]] | None = None) -> Keywords:
    embedder: Embedder = Drawn(cosines)  # type: ignore[assignment]
    return Keywords(Vocabulary(TAGS), THESAURUS, embedder)


def test_of_a_phrase_that_narrows_a_tag_by_another_the_other_alone_is_meant() -> None:
    match = keywords({"cat music": {"cat": 0.88, "music": 0.4}}).read("cat music")
    assert [one.tag for one in match.used] == ["cat"]
    match = keywords({"cat music": {"cat": 0.4, "music": 0.4}}).read("cat music")
    assert [one.tag for one in match.used] == ["music"]  # the head is the best


def test_what_is_merely_broader_is_not_as_good_as_what_was_meant() -> None:
    match = keywords({"tiger": {"big cat": 0.7, "animal": 0.7}}).read("tiger")
    assert [candidate.tag for candidate in match.used] == ["big cat"]
    assert match.candidates[1].tag == "animal"


@pytest.mark.parametrize(
    ("word", "tag", "method"),
    [
        ("cat", "cat", MatchMethod.EXACT),
        ("  CAT ", "cat", MatchMethod.EXACT),
        ("big-cat", "big cat", MatchMethod.EXACT),
        ("cats", "cat", MatchMethod.PLURAL),
        ("toy", "toys", MatchMethod.PLURAL),
        ("bigcat", "big cat", MatchMethod.PLURAL),
        ("auto", "car", MatchMethod.SYNONYM),
        ("autos", "car", MatchMethod.SYNONYM),
        ("tiger", "big cat", MatchMethod.BROADER),
    ],
)
def test_a_word_leads_to_its_tag_by_the_surest_way(
    word: str, tag: str, method: MatchMethod
) -> None:
    match = keywords({"tiger": {"big cat": 0.4}}).read(word)
    assert match.status == Status.USED
    assert (match.candidates[0].tag, match.candidates[0].method) == (tag, method)
    assert match.word == word


@pytest.mark.parametrize(
    ("cosine", "status"),
    [
        (0.61, Status.USED),
        (0.59, Status.SUGGESTED),
        (0.46, Status.SUGGESTED),
        (0.44, Status.REFUSED),
        (-0.2, Status.REFUSED),
    ],
)
def test_an_embedding_is_used_suggested_or_refused_by_how_near_it_is(
    cosine: float, status: Status
) -> None:
    match = keywords({"melody": {"music": cosine}}).read("melody")
    assert match.status == status
    assert match.candidates[0].confidence == pytest.approx(max(cosine, 0.0), abs=1e-6)
    assert bool(match.used) == (status == Status.USED)


def test_the_further_up_a_tag_is_the_more_the_embedding_must_agree() -> None:
    assert keywords({"grammar": {"science": 0.05}}).read("grammar").status == Status.REFUSED
    assert keywords({"grammar": {"science": 0.6}}).read("grammar").status == Status.USED
    assert keywords({"tiger": {"big cat": 0.2}}).read("tiger").status == Status.USED


def test_a_meaning_that_is_rarely_meant_is_not_used() -> None:
    assert keywords().read("stock").status == Status.REFUSED


def test_a_phrase_is_about_its_head_more_than_about_the_rest() -> None:
    candidates = {m.tag: m for m in keywords().read("cat music").candidates}
    assert candidates["music"].confidence >= USED > candidates["cat"].confidence >= SUGGESTED
    assert candidates["music"].by == "music"


@pytest.mark.parametrize(
    ("phrase", "used"),
    [
        ("cats and cars", {"cat", "car"}),
        ("a bouquet of roses", {"flower"}),
        ("music for cats", {"music"}),
        ("the best cheap cars", {"car"}),
        ("big cat's music", {"music"}),
    ],
)
def test_the_heads_of_a_phrase_are_used(phrase: str, used: set[str]) -> None:
    near = {phrase: {"flower": 0.4}} if "roses" in phrase else None
    assert {candidate.tag for candidate in keywords(near).read(phrase).used} == used


def test_the_parts_of_a_set_phrase_mean_nothing_alone() -> None:
    assert keywords().read("market").status == Status.USED
    assert keywords().read("stock market").status == Status.REFUSED
    assert keywords().read("flea market").status == Status.USED


def test_a_word_that_is_only_spelled_like_a_tag_is_not_led_astray() -> None:
    near = {word: {"cat": 0.9} for word in ("catkin", "catkins", "kitty")}
    assert keywords(near).read("kitty").status == Status.USED
    assert keywords(near).read("catkin").status == Status.REFUSED
    assert keywords(near).read("catkins").status == Status.REFUSED


def test_the_first_word_of_a_tags_name_is_not_the_tag() -> None:
    match = keywords({"big": {"big cat": 0.7}}).read("big")
    assert match.candidates[0].confidence == pytest.approx(0.56)


def test_meanings_about_as_good_as_the_best_are_used_beside_it() -> None:
    match = keywords({"melody": {"music": 0.7, "animal": 0.64, "cat": 0.3}}).read("melody")
    assert [candidate.tag for candidate in match.used] == ["music", "animal"]
    match = keywords({"melody": {"music": 0.7, "animal": 0.62}}).read("melody")
    assert [candidate.tag for candidate in match.used] == ["music"]


def test_a_profile_of_tags_stays_as_it_is_and_embeds_nothing() -> None:
    embedder = Drawn()
    known = Keywords(Vocabulary(TAGS), THESAURUS, embedder)  # type: ignore[arg-type]
    assert known.profile({"cat": 1.0, "car": -0.5}) == ({"cat": 1.0, "car": -0.5}, [])
    assert embedder.requested == []


def test_the_weight_of_a_word_goes_to_what_it_means() -> None:
    weights, matches = keywords().profile({"cat": 1.0, "cats": 2.0, "auto": 1.0})
    assert weights == pytest.approx({"cat": 1.0 + 2 * 0.99, "car": 0.97})
    assert [match.word for match in matches] == ["cats", "auto"]


def test_words_that_cannot_be_used_are_named_at_once_with_the_nearest_tags() -> None:
    known = keywords({"melody": {"music": 0.5}})
    with pytest.raises(UnknownTag) as raised:
        known.profile({"melody": 1, "zzz": 1, "cat": 1}, strict=True)
    assert set(raised.value.nearest) == {"melody", "zzz"}
    assert "music" in raised.value.nearest["melody"]


def test_a_misspelt_tag_is_among_the_nearest() -> None:
    with pytest.raises(UnknownTag) as raised:
        keywords().profile({"flowwer": 1})
    assert raised.value.nearest["flowwer"][0] == "flower"


@pytest.mark.parametrize("word", ["", "  ", "...", "x" * 201])
def test_a_word_that_is_none_is_named(word: str) -> None:
    with pytest.raises(InvalidInput, match=r"is empty|too long"):
        keywords().read(word)


def test_words_are_read_together_as_they_are_one_by_one() -> None:
    near = {"melody": {"music": 0.7}, "kitty": {"cat": 0.5}}
    words = ["melody", "cats", "zzz", "kitty", "melody"]
    assert keywords(near).read_all(words) == [keywords(near).read(word) for word in words]
    assert keywords().read_all([]) == []


def test_without_tags_there_is_nothing_to_mean() -> None:
    with pytest.raises(InvalidInput, match="ingest videos first"):
        Keywords(Vocabulary(()), THESAURUS, Drawn()).read("cat")  # type: ignore[arg-type]


def test_tags_are_embedded_once_and_by_whoever_remembers_them() -> None:
    embedder, remembers = Drawn(), Drawn()
    known = Keywords(
        Vocabulary(TAGS),
        THESAURUS,
        embedder,  # type: ignore[arg-type]
        tag_embedder=remembers,  # type: ignore[arg-type]
    )
    known.read("melody")
    known.read("cats")
    assert remembers.requested == [*TAGS]
    assert embedder.requested == ["melody", "cats"]


@given(st.text(max_size=40))
def test_whatever_is_asked_the_answer_is_in_order(word: str) -> None:
    try:
        match = keywords().read(word)
    except InvalidInput:
        return
    confidences = [candidate.confidence for candidate in match.candidates]
    tags = [candidate.tag for candidate in match.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences)
    assert len(set(tags)) == len(tags)
    assert set(tags) <= set(TAGS)
    assert (match.status == Status.USED) == (bool(confidences) and confidences[0] >= USED)
    for candidate in match.used:
        assert candidate.confidence >= max(USED, AS_GOOD * confidences[0])


def test_words_that_cannot_be_used_are_left_out_unless_there_are_no_others() -> None:
    weights, matches = keywords().profile({"cat": 1.0, "zzz": 2.0})
    assert weights == {"cat": 1.0}
    assert [(match.word, match.used) for match in matches] == [("zzz", ())]
    with pytest.raises(UnknownTag, match="zzz"):
        keywords().profile({"zzz": 2.0, "yyy": 1.0})


def test_spelling_comes_before_meaning() -> None:
    match = keywords({"msuic": {"animal": 0.5, "toys": 0.3}}).read("msuic")
    assert [one.tag for one in match.candidates][:3] == ["music", "animal", "toys"]
    assert match.candidates[0].method == MatchMethod.SPELLING
    assert match.status == Status.SUGGESTED
    assert keywords().read("flowwer").status == Status.REFUSED


def test_a_word_that_means_something_is_not_corrected() -> None:
    match = keywords({"cab": {"vehicle": 0.7}}).read("cab")
    assert [candidate.tag for candidate in match.used] == ["vehicle"]
    assert MatchMethod.SPELLING not in {candidate.method for candidate in match.candidates}


@pytest.mark.parametrize(
    "shape", ["x{}", "qzjv x{}", "x{}" + "qzjv" * 24, "x{}\U0001f98a", "\u72d0{}"]
)
def test_what_many_words_cost_is_bounded(monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    spelled: list[str] = []
    nearest = Vocabulary.nearest

    def counting(self: Vocabulary, word: str) -> list[str]:
        spelled.append(word)
        return nearest(self, word)

    monkeypatch.setattr(Vocabulary, "nearest", counting)
    embedder = Drawn()
    known = Keywords(Vocabulary(TAGS), THESAURUS, embedder)  # type: ignore[arg-type]
    known.read("melody")
    embedder.requested.clear()
    spelled.clear()
    words = [shape.format(number) for number in range(500)]
    matches = known.read_all(words)
    assert [match.word for match in matches] == words
    assert 0 < sum(map(embedder.pieces, embedder.requested)) <= 5 * EMBEDDED_PIECES
    assert len(spelled) == 10


def test_the_network_reads_what_the_table_does_not_know_first() -> None:
    embedder = Drawn({"melody": {"music": 0.7}})
    sure = [f"auto {number}" for number in range(40)]
    thesaurus = Thesaurus({word: [("car", 0, 1.0)] for word in sure})
    known = Keywords(Vocabulary(TAGS), thesaurus, embedder)  # type: ignore[arg-type]
    assert sum(map(embedder.pieces, sure)) > EMBEDDED_PIECES
    matches = known.read_all([*sure, "melody"])
    assert "melody" in embedder.requested
    assert all(match.used for match in matches)


def test_words_too_long_to_be_read_are_cut_for_a_few_only() -> None:
    cut: list[str] = []

    class Cutting(Drawn):
        def pieces(self, text: str) -> int:
            cut.append(text)
            return 64

    known = Keywords(Vocabulary(TAGS), THESAURUS, Cutting())  # type: ignore[arg-type]
    known.read_all([f"x{number}" * 30 for number in range(100)])
    assert 0 < len(cut) <= EMBEDDED_PIECES // 2


def test_a_vocabulary_that_grew_embeds_only_what_is_new() -> None:
    embedder = Drawn()
    known = Keywords(Vocabulary(TAGS[:-1]), THESAURUS, embedder)  # type: ignore[arg-type]
    known.read("melody")
    grown = known.grown(Vocabulary(TAGS))
    assert grown.similarity.missing == 1
    assert grown.read("vehicles").used[0].tag == "vehicle"
    assert grown.read("cats").used[0].tag == "cat"
    assert known.read("vehicles").used == ()


@pytest.mark.parametrize("phrase", ["a b " * 50, "cat, " * 40, "/" * 199 + "x"])
def test_a_phrase_of_many_words_is_not_taken_apart_without_end(phrase: str) -> None:
    assert len(parts_of(plain(phrase))) <= 48


def test_a_tag_that_itself_denies_what_a_phrase_denies_is_meant() -> None:
    vocabulary = Vocabulary(("food", "milk free food", "milk shake"))
    embedder: Embedder = Drawn()  # type: ignore[assignment]
    match = Keywords(vocabulary, THESAURUS, embedder).read("milk free food")
    names = [one.tag for one in match.candidates]
    assert sorted(names) == ["food", "milk free food"]
