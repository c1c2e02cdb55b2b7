"""Videos that another version of a tagger analyzed."""

from dataclasses import replace
from datetime import timedelta

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.videos import OutdatedVideo
from support.catalogs import NOW, save, video_id

RULES = 3


def test_only_other_versions_of_the_same_tagger_count_the_newest_first(catalog: Catalog) -> None:
    taggers = ("local@1", "local@2", "local", "locale@1", "onnx/local@1", "Local@1", "local@20")
    for number, tagger in enumerate(taggers):
        save(catalog, video_id(number), {"cat": 2}, tagger=tagger, now=NOW + timedelta(days=number))
    outdated = list(catalog.listing.outdated("local", "2", RULES))
    assert outdated == [
        OutdatedVideo(video_id(6), 2, (f"/films/{video_id(6)}.mp4",)),
        OutdatedVideo(video_id(0), 2, (f"/films/{video_id(0)}.mp4",)),
    ]
    assert catalog.listing.count_outdated("local", "2", RULES) == 2
    assert not list(catalog.listing.outdated("loca_", "2", RULES))


def test_what_other_rules_told_the_kind_of_counts(catalog: Catalog) -> None:
    save(catalog, video_id(0), {"cat": 2}, tagger="local@2")
    known = catalog.videos.named(video_id(0))
    # Those of before have no version; where nothing was measured, no rule told anything.
    results: list[dict[str, int]] = [
        {"samples": 9},
        {"samples": 9, "rules": 2},
        {"samples": 9, "rules": RULES},
        {},
    ]
    for number, evidence in enumerate(results, 1):
        video = replace(known, id=video_id(number), source="", evidence=evidence)
        catalog.videos.save(video, catalog.tracks.get(known.id), now=NOW + timedelta(days=number))
    outdated = [one.video for one in catalog.listing.outdated("local", "2", RULES)]
    assert outdated == [video_id(2), video_id(1)]
    assert catalog.listing.count_outdated("local", "2", RULES) == 2
    # What another tagger saw is left to it.
    assert not catalog.listing.count_outdated("other", "2", RULES)


def test_what_nobody_watched_here_does_not_count(catalog: Catalog) -> None:
    save(catalog, video_id(1), {"cat": 2}, tagger="local@1")
    known = catalog.videos.named(video_id(1))
    imported = replace(known, id=video_id(2), source="https://films.example/2", codec="")
    catalog.videos.save(imported, catalog.tracks.get(known.id), now=NOW)
    catalog.videos.save_failure(
        replace(known, id=video_id(3), source="", status="corrupt"), now=NOW
    )
    assert [one.video for one in catalog.listing.outdated("local", "2", RULES)] == [known.id]
    assert catalog.listing.count_outdated("local", "2", RULES) == 1


def test_all_places_of_a_video_are_named_the_last_one_first(catalog: Catalog) -> None:
    save(catalog, video_id(1), {"cat": 2}, tagger="local@1")
    catalog.videos.add_source("/films/copy.mp4", video_id(1))
    (outdated,) = catalog.listing.outdated("local", "2", RULES)
    assert outdated.sources == ("/films/copy.mp4", f"/films/{video_id(1)}.mp4")
    # Another video is at both places by now.
    for source in outdated.sources:
        save(catalog, video_id(2), {"cat": 2}, tagger="local@2")
        catalog.videos.add_source(source, video_id(2))
    (outdated,) = catalog.listing.outdated("local", "2", RULES)
    assert outdated.sources == ()


def test_old_kinds_are_told_apart_and_what_a_source_lacks_is_counted(catalog: Catalog) -> None:
    for number, tagger in enumerate(("local@1", "local@2", "local@2")):
        save(catalog, video_id(number), {"cat": 2}, tagger=tagger)
    known = catalog.videos.named(video_id(1))
    older = replace(known, evidence={"samples": 9, "rules": RULES - 1})
    catalog.videos.save(older, catalog.tracks.get(known.id), now=NOW)
    listing = catalog.listing
    assert listing.count_outdated("local", "2", RULES) == 2
    assert listing.count_old_kinds("local", "2", RULES) == 1
    assert listing.count_old_kinds("local", "1", RULES) == 0
    assert listing.count_lacking("audio", "sound", "1") == 3
    assert listing.count_lacking("visual", "local", "2") == 1
    imported = replace(known, id=video_id(4), source="https://films.example/4", codec="")
    catalog.videos.save(imported, catalog.tracks.get(known.id), now=NOW)
    assert listing.count_lacking("audio", "sound", "1") == 3
    assert listing.count_lacking("metadata", "words", "1") == 4
