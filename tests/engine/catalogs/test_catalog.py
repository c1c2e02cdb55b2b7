"""The catalog keeps videos whole or not at all, and finds what a person means."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.text import cleaned_line
from engine.domain.tracks import Track
from engine.domain.videos import Attempt, Pictures, VideoRecord
from engine.errors import AmbiguousVideo, UnknownVideo
from support.records import LATER, NOON, a_track, a_video


def test_a_saved_video_is_found_with_its_track(catalog: Catalog) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    record = catalog.videos.find("00112233445566aa")
    assert record.title == "cat"
    assert record.source == "/films/cat.mp4"
    assert record.categories == ("Pets", "Films")
    assert (record.language, record.kind) == ("en", "unknown")
    assert (record.uploader, record.uploader_id) == ("Ann", "UC1")
    assert record.added_at == "2026-01-02T12:00:00+00:00"
    assert catalog.tracks.get(record.id).confidences.tolist() == a_track().confidences.tolist()


@pytest.mark.parametrize("name", ["00112233445566aa", "0011", "/films/cat.mp4", "cat.mp4", "cat"])
def test_a_video_answers_to_its_names(catalog: Catalog, name: str) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    assert catalog.videos.find(name).id == "00112233445566aa"


@pytest.mark.parametrize("name", ["dog.mp4", "001", "", "%", "c_t.mp4", "*", "at.mp4"])
def test_a_name_nobody_has_is_unknown(catalog: Catalog, name: str) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    with pytest.raises(UnknownVideo, match="no video"):
        catalog.videos.find(name)


@pytest.mark.parametrize("name", ["catt.mp4", "cta", "caat"])
def test_of_a_misspelt_name_the_nearest_title_is_told(catalog: Catalog, name: str) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    with pytest.raises(UnknownVideo, match=r"the nearest titles are cat$"):
        catalog.videos.find(name)


def test_a_name_of_two_videos_lists_both(catalog: Catalog) -> None:
    catalog.videos.save(a_video("00aa" * 4, "/a/cat.mp4"), None, now=NOON)
    catalog.videos.save(a_video("00bb" * 4, "/b/cat.mp4"), None, now=NOON)
    with pytest.raises(AmbiguousVideo, match=f"{'00aa' * 4}, {'00bb' * 4}"):
        catalog.videos.find("cat.mp4")


def test_the_same_content_at_another_place_is_one_video(catalog: Catalog) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    catalog.videos.add_source("/copies/kitten.mp4", "00112233445566aa")
    assert catalog.videos.count() == 1
    assert catalog.videos.find("kitten.mp4").id == catalog.videos.find("cat.mp4").id


def test_another_content_at_the_same_place_takes_the_name(catalog: Catalog) -> None:
    catalog.videos.save(a_video("00aa" * 4), None, now=NOON)
    catalog.videos.save(a_video("00bb" * 4), None, now=NOON)
    assert catalog.videos.find("/films/cat.mp4").id == "00bb" * 4


def test_saving_again_replaces_but_keeps_the_first_date(catalog: Catalog) -> None:
    catalog.videos.save(a_video(), a_track(0.9), now=NOON)
    catalog.videos.save(a_video(), a_track(0.5), now=LATER)
    assert catalog.videos.find("cat").added_at.startswith("2026-01-02")
    assert catalog.tracks.get("00112233445566aa").confidences[0] == round(0.5 * 65_535)


def test_every_change_moves_the_revision_on(catalog: Catalog) -> None:
    before = catalog.revision()
    catalog.videos.save(a_video(), a_track(), now=NOON)
    assert catalog.revision() == before + 1
    assert catalog.videos.find("cat").revision == before + 1


def test_a_failed_write_leaves_nothing_behind(catalog: Catalog) -> None:
    class BrokenTrack(Track):
        def to_bytes(self) -> bytes:
            raise RuntimeError("disk on fire")

    whole = a_track()
    broken = BrokenTrack(whole.starts, whole.tags, whole.confidences, whole.changes)
    revision = catalog.revision()
    with pytest.raises(RuntimeError):
        catalog.videos.save(a_video(), broken, now=NOON)
    assert catalog.videos.count() == 0
    assert catalog.revision() == revision
    catalog.videos.save(a_video(), whole, now=NOON)
    assert catalog.videos.count() == 1


FAILED = Attempt("crashed", "its process was ended by SIGKILL", "2026-01-03T12:00:00+00:00")
PICTURES = Pictures(b"poster", b"strip", (0, 1))


def a_failure(video: str = "00112233445566aa", source: str = "/films/cat.mp4") -> VideoRecord:
    blank = replace(a_video(video, source), seconds=0, width=0, height=0, codec="", tagger="")
    return replace(blank, status=FAILED.status, reason=FAILED.reason)


def test_a_failed_look_is_told_beside_what_was_seen_before(catalog: Catalog) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON, pictures=PICTURES)
    before = catalog.videos.find("cat")
    catalog.videos.save(a_failure(), None, now=LATER)
    after = catalog.videos.find("cat")
    assert after == replace(before, last_attempt=FAILED, revision=after.revision)
    assert after.revision > before.revision
    assert catalog.tracks.get(after.id).confidences.tolist() == a_track().confidences.tolist()
    assert catalog.thumbnails.get(after.id) == PICTURES


def test_a_look_that_succeeds_ends_the_failure_before(catalog: Catalog) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON, pictures=PICTURES)
    catalog.videos.save(a_failure(), None, now=LATER)
    catalog.videos.save(a_video(), a_track(0.5), now=LATER)
    after = catalog.videos.find("cat")
    assert (after.last_attempt, after.status) == (None, "ok")
    assert catalog.thumbnails.get(after.id) == PICTURES, "new pictures or those there are"


def test_a_failure_where_nothing_was_seen_is_the_status(catalog: Catalog) -> None:
    for _ in range(2):
        assert catalog.videos.save_failure(a_failure(), now=LATER) == "00112233445566aa"
    record = catalog.videos.find("cat")
    assert (record.status, record.reason, record.last_attempt) == (
        "crashed",
        FAILED.reason,
        None,
    )


def test_a_file_that_was_overwritten_and_is_damaged_keeps_what_was_seen(catalog: Catalog) -> None:
    catalog.videos.save(a_video("00aa" * 4), a_track(), now=NOON)
    assert catalog.videos.save_failure(a_failure("00bb" * 4), now=LATER) == "00aa" * 4
    record = catalog.videos.find("/films/cat.mp4")
    assert (record.id, record.status, record.last_attempt) == ("00aa" * 4, "ok", FAILED)
    assert catalog.videos.count() == 1


def test_what_has_no_source_is_never_taken_for_another(catalog: Catalog) -> None:
    catalog.videos.save(a_video("00aa" * 4, ""), a_track(), now=NOON)
    assert catalog.videos.save_failure(a_failure("00bb" * 4, ""), now=LATER) == "00bb" * 4


def test_a_write_within_a_write_is_a_part_of_it(catalog: Catalog) -> None:
    def save_and_fail() -> None:
        with catalog.transaction():
            catalog.videos.save(a_video(), a_track(), now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        save_and_fail()
    assert catalog.videos.count() == 0
    catalog.videos.save(a_video(), a_track(), now=NOON)
    assert catalog.videos.count() == 1


def test_a_deleted_video_is_gone_whole_and_is_told_as_a_change(catalog: Catalog) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    before = catalog.revision()
    catalog.videos.delete("00112233445566aa")
    assert catalog.videos.count() == 0
    assert catalog.tracks.get("00112233445566aa").n_seconds == 0
    assert catalog.videos.changed_since(before) == ["00112233445566aa"]
    with pytest.raises(UnknownVideo):
        catalog.videos.find("cat.mp4")


def test_deleting_what_is_not_there_changes_nothing(catalog: Catalog) -> None:
    revision = catalog.revision()
    with pytest.raises(UnknownVideo):
        catalog.videos.delete("00112233445566aa")
    assert catalog.revision() == revision


def test_changes_come_in_the_order_they_were_made(catalog: Catalog) -> None:
    for number in (3, 1, 2):
        catalog.videos.save(a_video(f"{number:016x}", f"/f/{number}"), None, now=NOON)
    since = catalog.revision()
    catalog.videos.save(a_video(f"{2:016x}", "/f/2"), None, now=LATER)
    catalog.videos.delete(f"{3:016x}")
    catalog.videos.save(a_video(f"{4:016x}", "/f/4"), None, now=LATER)
    catalog.videos.save(a_video(f"{3:016x}", "/f/3"), None, now=LATER)
    assert [int(video, 16) for video in catalog.videos.changed_since(since)] == [2, 4, 3]


def test_tags_keep_their_numbers(catalog: Catalog) -> None:
    assert catalog.tags.number(["cat", "dog"]).tolist() == [0, 1]
    assert catalog.tags.number(["car", "cat"]).tolist() == [2, 0]
    assert catalog.tags.vocabulary().names == ("cat", "dog", "car")


def test_threads_that_number_tags_at_once_agree(catalog: Catalog) -> None:
    words = [f"tag {n}" for n in range(40)]

    def number(offset: int) -> dict[str, int]:
        mine = words[offset:] + words[:offset]
        return dict(zip(mine, catalog.tags.number(mine).tolist(), strict=True))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(number, range(0, 40, 5)))
    assert all(answer == answers[0] for answer in answers)
    assert sorted(answers[0].values()) == list(range(40))


def test_watched_videos_come_in_pages_by_rising_id(catalog: Catalog) -> None:
    for number in (5, 250, 3, *range(300, 320)):
        catalog.videos.save(a_video(f"{number:016x}", f"/f/{number}"), a_track(), now=NOON)
    catalog.videos.save(a_video(f"{4:016x}", "/f/4"), None, now=NOON)
    ids: list[str] = []
    while page := catalog.content.page(after=ids[-1] if ids else "", limit=7):
        ids += [one.record.id for one in page]
    assert ids == [f"{number:016x}" for number in (3, 5, 250, *range(300, 320))]


def test_of_many_videos_those_that_were_watched_come(catalog: Catalog) -> None:
    for number in range(1200):
        track = a_track() if number % 2 else None
        catalog.videos.save(a_video(f"{number:016x}", f"/f/{number}"), track, now=NOON)
    ids = [f"{number:016x}" for number in range(100, 1300)]
    records = [int(one.record.id, 16) for one in catalog.content.of(ids)]
    assert records == list(range(101, 1200, 2))


def test_videos_come_in_pages(catalog: Catalog) -> None:
    for number in range(5):
        catalog.videos.save(a_video(f"{number:016x}", f"/f/{number}"), None, now=NOON)
    first = catalog.videos.page(limit=3)
    rest = catalog.videos.page(after=first[-1].id, limit=3)
    assert [int(video.id, 16) for video in first + rest] == list(range(5))


@pytest.mark.parametrize(
    "name", ["Caf\u00e9 \u00e0 Z\u00fcrich", "Cafe\u0301 a\u0300 Zu\u0308rich"]
)
def test_a_name_is_found_in_both_forms_of_unicode(catalog: Catalog, name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)
    forms = {"NFC": unicodedata.normalize("NFC", name), "NFD": decomposed}
    for number, (form, written) in enumerate(forms.items(), start=1):
        video = a_video(f"{number:016x}", f"/{form}/{written}.mp4")
        catalog.videos.save(replace(video, title=f"{form} one"), None, now=NOON)
        assert catalog.videos.find(f"/{form}/{name}.mp4").id == video.id
    catalog.videos.save(
        replace(a_video("3" * 16, "/x.mp4"), title=cleaned_line(name)), None, now=NOON
    )
    assert catalog.videos.find(name).id == "3" * 16


@pytest.mark.parametrize("name", ["\udcff.mp4", "caf\udce9.mp4", "\ud800"])
def test_a_name_that_is_no_text_is_nobodys(catalog: Catalog, name: str) -> None:
    with pytest.raises(UnknownVideo, match="no video") as raised:
        catalog.videos.find(name)
    str(raised.value).encode()


def test_tags_of_a_transaction_that_is_undone_are_nobodys(catalog: Catalog) -> None:
    catalog.tags.number(["cat"])

    def undo() -> None:
        with catalog.transaction():
            assert catalog.tags.number(["zebra"]).tolist() == [1]
            assert catalog.tags.vocabulary().names == ("cat", "zebra")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undo()
    assert catalog.tags.vocabulary().names == ("cat",)
    assert catalog.tags.number(["dog"]).tolist() == [1]
    assert catalog.tags.vocabulary().names == ("cat", "dog")
