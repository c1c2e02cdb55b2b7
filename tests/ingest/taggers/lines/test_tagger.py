"""Lines of text become the tags of a source, on their seconds or of the video as a whole."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalogs import open_catalog
from engine.content.counting import count_tags, tag_counts
from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.content import SourceTrack
from engine.domain.lines import Line, LineTag
from engine.domain.tags import METADATA, SPEECH, TEXT
from engine.domain.time_ranges import TimeRange
from engine.ports.catalog import Catalog
from ingest.taggers.lines import tagger as line_tagger
from ingest.taggers.lines.tagger import MAX_WHOLE_TAGS, LineTagger, current_version
from support.catalogs import save, video_id

THRESHOLD = 0.7


def counts(catalog: Catalog, observed: SourceTrack) -> dict[str, int]:
    vocabulary = catalog.tags.vocabulary()
    return {one.tag: one.seconds for one in tag_counts(observed.track, THRESHOLD, vocabulary)}


@pytest.mark.parametrize("source", [TEXT, SPEECH, METADATA])
def test_it_says_who_it_is(catalog: Catalog, source: str) -> None:
    tagger = LineTagger(source)
    assert (tagger.name, tagger.source) == ("words", source)
    assert tagger.version == LineTagger(source).version
    assert len(set(tagger.tags)) == len(tagger.tags) > 1_000
    observed = tagger.observe([], 3, catalog)
    assert catalog.taggers.words_of(observed.tagger) == frozenset(tagger.tags)


@pytest.mark.parametrize("table", ["TABLE", "NOUNS", "WORDS"])
def test_other_tables_are_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    before = current_version()
    changed = tmp_path / "table"
    changed.write_bytes(b"changed")
    monkeypatch.setattr(f"ingest.taggers.lines.tagger.{table}", changed)
    assert current_version() != before


@pytest.mark.parametrize("known", ["known_words", "known_parents"])
def test_other_phrases_and_parents_of_words_are_another_version(
    monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    before = current_version()
    monkeypatch.setattr(line_tagger, "_digest_of_words", line_tagger._digest_of_words.__wrapped__)
    assert current_version() == before
    monkeypatch.setattr(line_tagger, known, dict)
    assert current_version() != before


def test_words_that_are_spoken_mean_tags_on_their_seconds(catalog: Catalog) -> None:
    lines = [
        Line("look, a kitten", TimeRange(1, 3)),
        Line("and my guitar", TimeRange(2, 9)),
        Line("the guitar of my mother", TimeRange(20, 22)),  # after the end
    ]
    observed = LineTagger(SPEECH).observe(lines, 5, catalog)
    assert observed.track.n_seconds == 5
    assert counts(catalog, observed)["speech:kitten"] == 2
    assert counts(catalog, observed)["speech:guitar"] == 3
    (number,) = catalog.tags.vocabulary().numbers(["speech:kitten"])
    assert tag_time_ranges(observed.track, [number], THRESHOLD)[number] == (TimeRange(1, 3),)
    assert [line.seconds for line in observed.lines] == [TimeRange(1, 3), TimeRange(2, 5)]
    assert LineTag("kitten", "kitten") in observed.lines[0].tags


def test_titles_mean_tags_of_the_whole_and_of_no_second(catalog: Catalog) -> None:
    lines = [Line("My kitten plays the violin", field="title")]
    observed = LineTagger(METADATA).observe(lines, 60, catalog)
    assert counts(catalog, observed)["metadata:kitten"] == 60
    reported = tag_counts(observed.track, THRESHOLD, catalog.tags.vocabulary())
    assert {one.whole for one in reported} == {True}
    vocabulary = catalog.tags.vocabulary()
    numbers = vocabulary.numbers(["metadata:kitten", "metadata:violin"])
    assert set(tag_time_ranges(observed.track, numbers, THRESHOLD).values()) == {()}
    assert set(numbers) <= set(count_tags(observed.track, THRESHOLD).tags.tolist())


def test_a_line_of_a_description_that_leads_elsewhere_means_nothing(catalog: Catalog) -> None:
    shop = Line("Buy my guitar: https://shop.example/guitar", field="description")
    line = Line("I play the guitar.", field="description")
    assert counts(catalog, LineTagger(METADATA).observe([shop], 9, catalog)) == {}
    assert "metadata:guitar" in counts(catalog, LineTagger(METADATA).observe([line], 9, catalog))


def test_a_long_description_does_not_drown_the_title(catalog: Catalog) -> None:
    animals = (
        "cat",
        "dog",
        "horse",
        "cow",
        "sheep",
        "goat",
        "pig",
        "lion",
        "zebra",
        "shark",
        "owl",
        "eel",
    )
    description = [Line(f"a {animal} in the field", field="description") for animal in animals]
    title = Line("a violin lesson", field="title")
    observed = LineTagger(METADATA).observe([*description * 50, title], 9, catalog)
    reported = counts(catalog, observed)
    assert len(reported) <= MAX_WHOLE_TAGS
    assert "metadata:violin" in reported


@pytest.mark.parametrize(
    ("title", "tags"),
    [
        ("a dog and " + "very " * 2_000 + "long", {"metadata:dog", "metadata:animal"}),
        ("x" * 10_000, set()),
        (
            "\u05db\u05dc\u05d1 \u05e9\u05dc\u05d9 \u05d1\u05d2\u05df a dog",
            set(),
        ),  # Hebrew, for the most part
        ("a dog \u200f\u202e and a violin", {"metadata:dog", "metadata:violin"}),
        ("\U0001f436" * 500, set()),
        ("\U0001f436 my dog \U0001f3bb\ufe0f", {"metadata:dog"}),
        ("#dog#violin #fyp#\U0001f436 ##", {"metadata:dog", "metadata:violin"}),
        ("#" * 10_000, set()),
    ],
)
def test_titles_of_any_form_are_read(catalog: Catalog, title: str, tags: set[str]) -> None:
    observed = LineTagger(METADATA).observe([Line(title, field="title")], 9, catalog)
    counted = set(counts(catalog, observed))
    assert tags <= counted
    assert bool(tags) == bool(counted)


def test_text_of_another_language_means_nothing_and_is_kept(catalog: Catalog) -> None:
    lines = [Line("el pie de la torre", field="title")]
    observed = LineTagger(METADATA).observe(lines, 9, catalog)
    assert counts(catalog, observed) == {}
    assert observed.lines == tuple(lines)
    # It is said to be Spanish: that it looks English is no matter.
    assert not LineTagger(METADATA).observe([Line("pie")], 9, catalog, language="es").lines[0].tags


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.builds(
            Line,
            st.text(max_size=40) | st.sampled_from(["a dog", "two violins", "the Eiffel Tower"]),
            st.none()
            | st.tuples(st.integers(-5, 50), st.integers(-5, 50)).map(lambda two: TimeRange(*two)),
            st.sampled_from(["", "title", "description", "tag", "file", "folder", "category"]),
        ),
        max_size=8,
    ),
    st.integers(0, 30),
)
def test_any_lines_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Line], n_seconds: int
) -> None:
    home: Path = tmp_path_factory.mktemp("home")
    with open_catalog(home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": n_seconds})
        observed = LineTagger(SPEECH).observe(lines, n_seconds, catalog)
        catalog.tracks.put(video_id(1), observed)
        stored = catalog.content.of([video_id(1)], [SPEECH])[0].tracks[0]
        assert stored.track.to_bytes() == observed.track.to_bytes()
        for line in observed.lines:
            assert line.seconds is None or 0 <= line.seconds.start < line.seconds.end <= n_seconds


def test_a_page_of_print_has_no_more_tags_than_a_second_has_room_for(catalog: Catalog) -> None:
    names = [name for name in LineTagger(TEXT).tags if name.isalpha()][:1_500]
    lines = [Line(f"a {name}", TimeRange(0, 3)) for name in names]
    often = Line("a violin", TimeRange(2, 9))
    observed = LineTagger(TEXT).observe([*lines, often, *[often] * 20_000], 43_200, catalog)
    reported = counts(catalog, observed)
    assert 50 < len(reported) <= 200
    assert reported["text:violin"] == 9


def test_captions_that_last_as_long_as_the_video_are_counted_once(catalog: Catalog) -> None:
    lines = [Line("a violin and a kitten", TimeRange(0, 43_200))] * 300
    observed = LineTagger(SPEECH).observe(lines, 43_200, catalog)
    assert counts(catalog, observed)["speech:violin"] == 43_200
