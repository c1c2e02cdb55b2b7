"""The suite of every catalog: what was observed, a track a source."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.catalogs import open_catalog
from engine.domain.content import SourceTrack
from engine.domain.lines import Line, LineTag
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.errors import (
    UnknownVideo,
)
from engine.ports.catalog import Catalog
from support.catalogs import NOW, save, video_id
from support.conformance.catalog_opening import OpenedCatalogs


def heard(catalog: Catalog, confidence: float = 0.9, seconds: int = 2) -> SourceTrack:
    """Observations of a made-up tagger of sound: a bell on every second."""
    numbers = catalog.tags.number(["bell"], "audio")
    track = Track.from_confidences(np.full((seconds, 1), confidence, np.float32), numbers)
    return SourceTrack("audio", "ears@1", track)


def unwatched(number: int, reason: str = "no video in it") -> VideoRecord:
    return VideoRecord(
        video_id(number), "t", "no_video", reason, 0, 0, 0, "", "", "", f"/films/{number}.mp4"
    )


class TracksSuite(OpenedCatalogs):
    """Promises about tracks, tags and text."""

    def test_tag_numbers_have_no_gaps_and_are_given_once(
        self, catalog: Catalog, other: Catalog
    ) -> None:
        assert catalog.tags.number(["cat", "dog"]).tolist() == [0, 1]
        assert other.tags.number(["dog", "bell", "dog"]).tolist() == [1, 2, 1]
        assert catalog.tags.number(["dog", "bell"], "audio").tolist() == [3, 4]
        assert catalog.tags.vocabulary().names == ("cat", "dog", "bell", "audio:dog", "audio:bell")

    def test_all_who_number_tags_at_once_agree(self, folder: Path) -> None:
        open_catalog(self.url(folder)).close()
        words = [f"tag {number}" for number in range(40)]

        def number(shift: int) -> dict[str, int]:
            with open_catalog(self.url(folder)) as own:
                turned = words[shift:] + words[:shift]
                return dict(zip(turned, own.tags.number(turned).tolist(), strict=True))

        with ThreadPoolExecutor(4) as pool:
            result = list(pool.map(number, (0, 7, 19, 33)))
        assert all(one == result[0] for one in result)
        assert sorted(result[0].values()) == list(range(40))

    def test_each_source_has_a_track_of_its_own(self, catalog: Catalog) -> None:
        save(catalog, video_id(1), {"cat": 2}, tagger="eyes@1")
        before = catalog.revision()
        catalog.tracks.put(video_id(1), heard(catalog, 0.5))
        catalog.tracks.put(video_id(1), heard(catalog, 0.9))
        assert catalog.revision() > before
        assert catalog.tracks.taggers(video_id(1)) == {"visual": "eyes@1", "audio": "ears@1"}
        (content,) = catalog.content.of([video_id(1), video_id(2)])
        assert content.track.n_seconds == 2
        assert sorted(one.source for one in content.tracks) == ["audio", "visual"]
        some = catalog.tracks.some([video_id(2), video_id(1)])
        assert {video: track.to_bytes() for video, track in some.items()} == {
            video_id(1): catalog.tracks.get(video_id(1)).to_bytes()
        }
        (observed,) = catalog.content.of([video_id(1)], ["visual"])
        assert [one.source for one in observed.tracks] == ["visual"]
        # Another look leaves what was heard; a deleted video leaves nothing.
        save(catalog, video_id(1), {"cat": 1}, tagger="eyes@2")
        assert catalog.tracks.taggers(video_id(1)) == {"visual": "eyes@2", "audio": "ears@1"}
        assert catalog.videos.named(video_id(1)).tagger == "eyes@2"
        catalog.videos.delete(video_id(1))
        assert catalog.tracks.taggers(video_id(1)) == {}
        with pytest.raises(UnknownVideo):
            catalog.tracks.put(video_id(1), heard(catalog))

    def test_lines_of_text_are_kept_and_searched(self, catalog: Catalog) -> None:
        for number in (1, 2, 3):
            save(catalog, video_id(number), {"cat": 2})
        title = Line('Kate plays 100% "live"', field="title", tags=(LineTag("guitar", "plays"),))
        spoken = Line("a straße called ギター教室", TimeRange(3, 5))
        reported = SourceTrack("metadata", "words@1", Track.empty(), (title,))
        spoken_now = SourceTrack("speech", "captions@1", Track.empty(), (spoken, spoken))
        catalog.tracks.put(video_id(1), reported)
        catalog.tracks.put(video_id(1), spoken_now)
        catalog.tracks.put(video_id(2), spoken_now)
        assert catalog.tracks.lines(video_id(1)) == {"metadata": (title,), "speech": (spoken,) * 2}
        assert catalog.tracks.lines(video_id(3)) == {}
        both, first = [video_id(2), video_id(1)], [video_id(1)]
        for text, videos in {
            "KATE": first,
            "y KATE pl": first,
            "0%": first,
            "0_": [],
            "plays 100%": first,
            '"live"': first,
            "STRAßE": both,
            "ギター": both,
            "nobody": [],
            "alle*": [],
            "lled OR kate": [],
        }.items():
            assert catalog.listing.titled(text, limit=9) == videos, text
        # What another look brings is all there is; what is gone is not found.
        catalog.tracks.put(video_id(1), replace(reported, lines=(Line("Joan sings"),)))
        assert catalog.listing.titled("kate", limit=9) == []
        assert catalog.listing.titled("sings", limit=9) == first
        catalog.videos.delete(video_id(1))
        assert catalog.listing.titled("ギター", limit=9) == [video_id(2)]
        assert catalog.tracks.lines(video_id(1)) == {}

    def test_content_comes_in_pages_and_runs_by_rising_id(self, catalog: Catalog) -> None:
        for number in (5, 1, 3, 4):
            save(catalog, video_id(number), {"cat": 1})
            catalog.tracks.put(video_id(number), heard(catalog))
        catalog.videos.save_failure(unwatched(2), now=NOW)
        ids: list[str] = []
        while page := catalog.content.page(after=ids[-1] if ids else "", limit=3):
            ids += [content.record.id for content in page]
            assert all(len(content.tracks) == 2 for content in page)
        assert ids == [video_id(number) for number in (1, 3, 4, 5)]
        spans = catalog.content.spans(3)
        assert [(span.after, span.last, span.videos) for span in spans] == [
            ("", video_id(4), 3),
            (video_id(4), video_id(5), 1),
        ]
        catalog.tracks.put(video_id(5), heard(catalog, 0.4))
        assert catalog.content.spans(3)[0] == spans[0]
        assert catalog.content.spans(3)[1] != spans[1]

    def test_what_a_tagger_can_say_is_known_beside_the_video(self, catalog: Catalog) -> None:
        catalog.taggers.remember("eyes@1", ["cat", "dog"])
        catalog.taggers.remember("eyes@1", ["other"])
        assert catalog.taggers.words_of("eyes@1") == frozenset({"cat", "dog"})
        assert catalog.taggers.words_of("ears@1") is None
        assert catalog.taggers.words() == {"eyes@1": {"cat", "dog"}}
