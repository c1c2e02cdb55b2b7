"""Tags of a video as a whole are told with the words that say them."""

import numpy as np

from engine.content.whole_tags import WholeTag, whole_tags
from engine.domain.lines import Line, LineTag
from engine.domain.tags import Tag
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.words.vocabulary import Vocabulary

NAMES = Vocabulary(("dog", "metadata:cat", "metadata:dog", "metadata:train"))


def test_each_tag_has_its_words_and_where_they_stand() -> None:
    track = Track.of_whole(np.array([0.8, 0.8, 0.4], np.float32), np.array([1, 2, 3]), 9)
    lines = {
        "metadata": (
            Line("Cats on a train", None, "title", (LineTag("cat", "Cats"),)),
            Line("a cat", None, "description", (LineTag("cat", "cat"), LineTag("train", "rail"))),
            Line("cats", None, "tag", (LineTag("cat", "Cats"),)),
        ),
        # What is spoken at a second is not of the whole.
        "speech": (Line("a train", TimeRange(0, 2), "", (LineTag("train", "train"),)),),
    }
    reported = [(one.tag.name, one.words, one.fields) for one in whole_tags(track, lines, NAMES)]
    assert reported == [
        ("cat", ("Cats", "cat"), ("title", "description", "tag")),
        ("dog", (), ()),
        ("train", ("rail",), ("description",)),
    ]


def test_the_surest_come_first_and_a_video_without_any_has_none() -> None:
    track = Track.of_whole(np.array([0.5, 1.0], np.float32), np.array([1, 3]), 9)
    first = whole_tags(track, {}, NAMES)[0]
    assert first == WholeTag(Tag("metadata", "train"), 1.0, (), ())
    assert whole_tags(Track.empty(), {}, NAMES) == []
