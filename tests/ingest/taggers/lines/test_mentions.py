"""Nouns of a sentence mean tags; names, verbs and figures of speech do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lines import Line
from ingest.taggers.lines.context import context_of
from ingest.taggers.lines.english import is_english
from ingest.taggers.lines.mentions import case_of, is_team, mentions_in
from ingest.taggers.lines.nouns import candidate_tags, tag_names
from ingest.taggers.lines.titles import is_named_work, is_of_song, song_words
from ingest.taggers.lines.tokens import runs_of


def tags(text: str, *, alone: bool = False) -> set[str]:
    return {one.tag for mention in mentions_in(text, alone=alone) for one in mention.candidates}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a dog in the garden", {"dog", "garden"}),
        ("Two kittens and a violin", {"kitten", "violin"}),  # plurals, and the start of a sentence
        ("mending an aeroplane", {"airplane"}),  # a synonym
        ("a goshawk on the wing", {"bird"}),  # narrower than a tag
        ("my acoustic guitar", {"acoustic guitar", "guitar"}),  # the longest, and what it is
        ("we watch the clock", {"clock"}),  # a verb that is a tag
        ("my watch stopped", {"watch"}),  # and the noun
        ("you will not believe this dog", {"dog"}),  # what is denied is the belief
        ("EASY CHOCOLATE CAKE", {"chocolate cake"}),
        ("filmed in Paris #DogPark #kittens", {"kitten"}),
        ("see https://example.org/cat.html or write to cat@example.org", set()),
        ("@kitten 0:30 guitar", {"guitar"}),
    ],
)
def test_nouns_mean_tags(text: str, meant: set[str]) -> None:
    assert meant <= tags(text)
    assert tags("a") == set()


@pytest.mark.parametrize(
    ("text", "not_meant"),
    [
        ("we drove to the Rose in June", "rose"),  # a capital letter within a sentence
        ("Natalie Wood Interview", "wood"),  # a given name before it
        ("Rose Tyler returns", "rose"),  # a given name, with another name after it
        ("the paintings of Francis Bacon", "bacon"),  # of one person
        ("Chicago Bears at Home", "bear"),  # a team
        ("Jaguar F-Type Review", "jaguar"),  # a brand
        ("can you bear it", "bear"),  # a verb
        ("home is where you park the van", "park"),
        ("park it here", "park"),
        ("a short story", "shorts"),  # no singular of these
        ('she reads "The Lion and the Unicorn"', "lion"),  # the name of a work
        ("Piano Cover of River Flows in You", "river"),
        ("a hot dog stand", "dog"),  # a phrase that means something else
        ("a car bomb went off", "car"),  # and that leads to another tag
        ("highlights of the world cup", "cup"),
        ("the new trailer", "trailer"),  # two things as often
        ("a bat flew", "bat"),
        ("a garden without a dog", "dog"),  # it is denied
        ("raining cats and dogs", "dog"),  # a figure of speech
        ("JOHN FOX ARRIVES", "fox"),  # no case to tell by
        ("Book a lesson", "books"),  # an order
        ("I have never touched horses", "horse"),
        ("all eggs in one basket", "egg"),
        ("like piece of cake", "cake"),  # a figure of speech without its article
        ("the fridge is empty", "kitchen"),  # where it stands, and no kind of it
    ],
)
def test_names_and_verbs_mean_none(text: str, not_meant: str) -> None:
    assert not_meant not in tags(text)


def test_a_word_that_somebody_picked_is_a_noun() -> None:
    assert "dance" not in tags("dance with me")
    assert "dance" in tags("dance", alone=True)


def test_words_that_mean_a_tag_are_given_as_they_are_written() -> None:
    (mention,) = mentions_in("Two Kittens!")
    assert mention.words == "Kittens"
    assert mention.candidates[0].tag == "kitten"
    assert {"cat", "pet"} & {one.tag for one in mention.candidates[1:]}
    assert all(one.confidence < mention.candidates[0].confidence for one in mention.candidates[1:])


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    known = set(tag_names())
    for mention in mentions_in(text):
        assert mention.words
        assert {one.tag for one in mention.candidates} <= known
        assert all(0 < one.confidence <= 1 for one in mention.candidates)
    assert case_of(text) in ("sentence", "title", "none")
    assert all(run for run in runs_of(text))
    song_words(text)
    is_named_work(text)


@pytest.mark.slow
def test_every_tag_that_means_one_thing_is_meant_by_its_name() -> None:
    silent = [
        name for name in tag_names() if not any(one.tag == name for one in candidate_tags(name))
    ]
    assert "guitar" not in silent
    assert len(silent) < 0.1 * len(tag_names())


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Ann Lee - Over the Hills (Official Music Video)", "Official Music Video"),
        ("ANN LEE \u2013 TIGER [Official Audio]", "Official Audio"),
        ("Ann Lee - Tiger (Lyrics)", "Lyrics"),
        ("Ann Lee - Tiger ft. Bo", "ft."),
        ("Ann Lee - Tiger", None),
        ("How to make a music video", None),
        ("Tiger cubs: the audio tour of our zoo", None),
        ("Cat - dog", None),
    ],
)
def test_titles_of_songs_are_told(title: str, words: str | None) -> None:
    assert song_words(title) == words


@pytest.mark.parametrize(
    ("description", "words", "is_song"),
    [
        ("from the new album, out now", "", True),
        ("", "new album", True),
        ("", "the new album that is out now", False),  # words of another video
        ("a day at sea", "sea", False),
    ],
)
def test_what_stands_below_a_title_tells_a_song(
    description: str, words: str, *, is_song: bool
) -> None:
    assert is_of_song("Ann - Lift", [description], [words]) is is_song
    assert not is_of_song("Lift", [description], [words])


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("The Tiger Who Came To Tea (full audiobook)", True),
        ("Wolves | Official Trailer 2", True),
        ("The.Bear.S02E07", True),
        ("A tiger plays with a ball", False),
        ("Susan Lee - Tiger", True),
        ("The tiger's last hunt - Stripes scene", True),
        ("The Lion Queen 1999 1080p BluRay x264", True),  # a copy of a film
        ("Watching Stripes for the first time (reaction)", True),
        ("Garden birds 2021 1080p", False),  # a video of one's own
        ("Snow leopard 2019 4K 2160p x265", False),
        ("Lion " * 9 + "1999 " + "of the wide plains " * 4 + "HDTV", False),  # no name of a file
        ("Painting a forest scene", False),  # it is shown
        ("A chemical reaction with sugar", False),
        ("A lecture on tigers", False),
        ("Lecture 5 on tigers", False),
        ("Lion hunt - a beautiful forest scene", False),
        ("Baking soda | reaction with vinegar", False),
        ("Lee & Bo - Tiger", False),
        ("Cats - Part 2", False),
    ],
)
def test_works_of_people_are_told(title: str, *, is_one: bool) -> None:
    assert is_named_work(title) is is_one


@pytest.mark.parametrize(
    ("text", "language", "is_it"),
    [
        ("the cat on the roof", "", True),
        ("Cat video", "", True),
        ("die Katze auf dem Dach mit der Maus", "", False),
        ("un pie en la arena", "", False),
        ("кошка на крыше", "", False),
        ("猫の動画", "", False),
        ("", "", False),
        ("pie", "es", False),
        ("pie", "en-GB", True),
        ("pie", "eng", True),
    ],
)
def test_english_is_told_by_its_little_words(text: str, language: str, *, is_it: bool) -> None:
    assert is_english([text], language) is is_it


def read(*lines: Line) -> dict[str, set[str]]:
    """Return the tags of each line of one video, by its text."""
    context = context_of(lines)
    return {
        line.text: {
            one.tag
            for mention in mentions_in(line.text)
            if not context.hides(mention)
            for one in mention.candidates
        }
        for line in lines
    }


def test_names_of_the_title_are_names_below_it() -> None:
    title = Line('Ann Lee plays "Tiger Feet" at home', field="title")
    below = Line("tiger feet by a kitten", field="description")
    assert read(title, below)["tiger feet by a kitten"] & {"tiger", "kitten"} == {"kitten"}


def test_what_is_written_below_a_title_tells_that_it_is_of_a_song() -> None:
    title = Line("The Zebras - Tiger", field="title")
    assert context_of([title]).song == ""
    context = context_of([title, Line("from the album Lions, on Spotify", field="description")])
    assert context.song
    assert {"zebra", "tiger"} <= context.names


def test_where_a_league_is_named_animals_are_teams() -> None:
    assert context_of([Line("Lions stun Eagles", field="title"), Line("nfl", field="tag")]).is_sport
    assert not context_of([Line("Lions hunt", field="title")]).is_sport
    assert is_team(mentions_in("two lions")[0])
    assert not is_team(mentions_in("a lion")[0])
