"""The console from outside: who gets what, with which headers; what videos brought is text."""

import re
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from api.http.middleware.auth import SESSION_COOKIE
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.domain.videos import VideoRecord
from engine.indexes.local.disk.generations import Generations
from support.browser import OpenWindow
from support.catalogs import NOW, save, video_id
from support.pages import get, id_of, post, token_of, until_known
from support.product import Served, reelmatch

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}"


def test_every_answer_says_what_a_browser_may_do_with_it(console_server: Served) -> None:
    bikes = id_of(console_server, "bikes")
    page = get(console_server, "/")
    paths = ["/", "/nowhere", f"/videos/{bikes}", f"/videos/{bikes}/media", "/?page=zero"]
    paths += re.findall(r'(?:src|href)="/console(/static/[^"]+)"', page.text)
    assert len(paths) > 7
    for path in paths:
        headers = get(console_server, path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_have_no_script_and_no_style_of_their_own(console_server: Served) -> None:
    for path in ("/", f"/videos/{id_of(console_server, 'bikes')}", "/nowhere", "/?tag=kat"):
        text = get(console_server, path).text
        assert not re.search(r"<script(?![^>]* src=)", text), path
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), path
        assert re.findall(r"https?://", text) == []


def test_the_session_is_for_this_site_only_and_out_of_reach_of_scripts(
    console_server: Served,
) -> None:
    with httpx.Client(base_url=console_server.client.base_url) as client:
        cookie = client.get("/console/").headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/console" in cookie
        assert "set-cookie" not in client.get("/console/").headers


@pytest.mark.parametrize("field", ["title", "tag", "uploader", "reason"])
def test_what_a_video_brought_is_text_everywhere(own_server: Served, field: str) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {HOSTILE if field == "tag" else "cat": 1}, uploader=HOSTILE)
        record = catalog.videos.get(video_id(1))
        assert record
        bad = VideoRecord(
            id=video_id(1),
            title=HOSTILE if field == "title" else "harmless",
            status="partial",
            reason=HOSTILE,
            seconds=1,
            width=0,
            height=0,
            codec="",
            tagger="test@1",
            added_at="",
            source="https://example.com/" + HOSTILE,
            uploader=HOSTILE,
            categories=(HOSTILE,),
            kind=HOSTILE,
        )
        catalog.videos.save(bad, catalog.tracks.get(video_id(1)), now=NOW)
    own_server.reindex()
    for path in ("/", f"/videos/{video_id(1)}", f"/?tag={HOSTILE}", f"/?q={HOSTILE}"):
        text = get(own_server, path).text
        assert "<img src=x" not in text
        assert "<script>alert" not in text


def test_a_failed_look_is_told_beside_what_was_seen_before(own_server: Served) -> None:
    video, reason = video_id(1), "its process was ended by SIGKILL"
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video, {"cat": 3})
        record = catalog.videos.get(video)
        assert record
        catalog.videos.save_failure(replace(record, status="crashed", reason=reason), now=NOW)
    answer = own_server.client.get(f"/v1/videos/{video}").json()
    assert (answer["status"], answer["seconds"]) == ("ok", 3)
    output = {"status": "crashed", "reason": reason, "at": NOW.isoformat(timespec="seconds")}
    assert answer["last_attempt"] == output
    text = get(own_server, f"/videos/{video}").text
    assert "The last look failed (crashed" in text
    assert reason in text
    assert 'id="timeline"' in text
    (line,) = reelmatch(own_server.home, "videos").out.splitlines()[1:]
    assert line.split()[:3] == [video, "ok", "3"]
    assert f"gave crashed: {reason}" in line


def test_trouble_is_a_page_for_people_and_problem_details_for_scripts(
    console_server: Served,
) -> None:
    for path, status in (("/videos/nope", 404), ("/nowhere", 404), ("/?kind=odd", 422)):
        page = get(console_server, path)
        assert (page.status_code, page.headers["content-type"]) == (
            status,
            "text/html; charset=utf-8",
        )
        assert 'href="/console/"' in page.text
    answer = get(console_server, "/videos/nope/timeline/1", accept="*/*")
    assert answer.json()["status"] == 404
    assert "nope" in answer.json()["detail"]


def test_pages_lead_through_the_whole_catalog_and_back(own_server: Served) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        for number in range(60):
            save(catalog, video_id(number), {"cat": number % 7 + 1}, kind="motion")
    own_server.reindex()
    for start in ("/", "/?kind=motion", "/?tag=cat", "/?sensitive=none&kind=motion"):
        observed, path = [], start
        pages = 0
        while path:
            text = get(own_server, path).text
            observed += re.findall(r'class="card-link" href="/console/videos/(\w+)"', text)
            onwards = re.search(r'rel="next" href="/console([^"]+)"', text)
            path = onwards[1].replace("&amp;", "&") if onwards else ""
            pages += 1
        expected = 0 if "sensitive" in start else 60
        assert (len(set(observed)), len(observed)) == (expected, expected), start
        assert pages == (3 if expected else 1)
    past = get(own_server, "/?tag=cat&page=999").text
    assert "The list ends before this page" in past
    assert "No video fits" not in past
    assert "No video fits" in get(own_server, "/?tag=cat&status=trouble").text
    back = re.search(r'rel="prev" href="/console([^"]+)"', get(own_server, "/?tag=cat&page=3").text)
    assert back
    assert "page=2" in back[1]


def test_the_player_gets_any_range_of_the_file(console_server: Served) -> None:
    bikes = id_of(console_server, "bikes")
    source = console_server.client.get(f"/v1/videos/{bikes}").json()["source"]
    content = Path(source).read_bytes()
    whole = get(console_server, f"/videos/{bikes}/media")
    assert whole.content == content
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-type"] == "video/mp4"
    part = get(console_server, f"/videos/{bikes}/media", range="bytes=100-299")
    assert part.status_code == 206
    assert part.content == content[100:300]
    assert part.headers["content-range"] == f"bytes 100-299/{len(content)}"
    last = get(console_server, f"/videos/{bikes}/media", range="bytes=-50")
    assert last.content == content[-50:]
    beyond = get(console_server, f"/videos/{bikes}/media", range=f"bytes={len(content)}-")
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "video",
    ["../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "nope", "0" * 16],
)
def test_only_the_files_of_the_catalog_are_given_out(console_server: Served, video: str) -> None:
    answer = get(console_server, f"/videos/{video}/media")
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_a_file_that_is_not_the_one_that_was_watched_is_not_given_out(
    own_server: Served, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_text("not yours")
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        record = catalog.videos.get(video_id(1))
        assert record
        catalog.videos.add_source(str(secret), record.id)
    assert get(own_server, f"/videos/{video_id(1)}/media").status_code == 404
    assert "<video" in get(own_server, f"/videos/{video_id(1)}").text
    secret.unlink()
    assert "<video" not in get(own_server, f"/videos/{video_id(1)}").text


@pytest.mark.parametrize("path", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "../../settings.py"])
def test_static_files_are_those_and_no_others(console_server: Served, path: str) -> None:
    (sheet,) = re.findall(r'href="(/console/static/[^"]+/)base.css"', get(console_server, "/").text)
    assert console_server.client.get(f"{sheet}base.css").status_code == 200
    assert "immutable" in console_server.client.get(f"{sheet}base.css").headers["cache-control"]
    assert console_server.client.get(sheet + path).status_code == 404


def test_an_empty_catalog_says_what_to_do_next(own_server: Served) -> None:
    page = get(own_server, "/")
    assert page.status_code == 200
    assert "added on the page" in page.text
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
    assert "cannot be searched yet: reindex on the page" in get(own_server, "/").text
    assert get(own_server, "/?tag=cat").status_code == 503


def test_with_keys_a_person_signs_in_and_out(own_server: Served) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        reader, secret = catalog.keys.create("ann", {Scope.READ}, now=time.time())
        until_known(own_server)
        requests = get(own_server, "/?q=x&tag=cat")
        assert requests.status_code == 303
        assert requests.headers["location"] == "/console/sign-in?after=/%3Fq%3Dx%26tag%3Dcat"
        assert requests.headers["content-security-policy"]
        assert get(own_server, f"/videos/{video_id(1)}/timeline/1", accept="*/*").status_code == 401
        page = get(own_server, "/sign-in?after=/%3Fq%3Dx")
        form = {"csrf": token_of(page), "after": "/?q=x", "key": "rm_wrong"}
        assert post(own_server, "/sign-in", form).status_code == 401
        stranger = own_server.client.cookies[SESSION_COOKIE]
        let_in = post(own_server, "/sign-in", {**form, "key": f" {secret} "})
        assert (let_in.status_code, let_in.headers["location"]) == (303, "/console/?q=x")
        assert "HttpOnly" in let_in.headers["set-cookie"]
        session = own_server.client.cookies[SESSION_COOKIE]
        assert session not in (stranger, secret)
        home = get(own_server, "/")
        assert home.status_code == 200
        out = {"csrf": token_of(home)}
        assert post(own_server, "/sign-out", {"csrf": "0" * 64}).status_code == 403
        assert get(own_server, "/").status_code == 200
        assert post(own_server, "/sign-out", out).status_code == 303
        own_server.client.cookies.set(SESSION_COOKIE, session, domain="127.0.0.1", path="/console")
        assert get(own_server, "/").status_code == 303
        catalog.keys.revoke(reader.id, now=time.time())


def test_pages_that_refuse_show_what_the_key_opens_and_the_way_out(own_server: Served) -> None:
    def shown(page: httpx.Response) -> set[str]:
        bar = page.text.partition("<main")[0]
        return set(re.findall(r'href="/console(/[a-z]*)"', bar)) | set(
            re.findall(r'action="/console(/[a-z-]+)"', bar)
        )

    with Catalog.open(own_server.home / "catalog.db") as catalog:
        _, secret = catalog.keys.create("ann", {Scope.READ}, now=time.time())
    until_known(own_server)
    page = get(own_server, "/sign-in")
    assert shown(page) == set()
    form = {"csrf": token_of(page), "key": "rm_wrong"}
    assert shown(post(own_server, "/sign-in", form)) == set()
    assert post(own_server, "/sign-in", {**form, "key": secret}).status_code == 303
    opened = {"/", "/lab", "/sign-out"}
    refused = (("/campaigns", 403), ("/jobs", 403), ("/nowhere", 404), ("/videos/x", 404))
    for path, status in (*refused, ("/sign-in", 200), ("/", 200)):
        page = get(own_server, path)
        assert (page.status_code, shown(page)) == (status, opened), path
    out = {"csrf": token_of(get(own_server, "/campaigns"))}
    assert post(own_server, "/sign-out", out).status_code == 303
    assert shown(get(own_server, "/sign-in")) == set()


def test_a_generation_is_chosen_and_rolling_back_asks_first(own_server: Served) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        generations = Generations(own_server.home / "generations")
        old, new = (
            reindex(catalog, generations, IndexConfig(threshold=threshold, tf="raw")).id
            for threshold in (0.25, 0.75)
        )
    page = get(own_server, "/jobs")
    form = {"csrf": token_of(page), "generation": old}
    assert re.findall(r'name="generation" value="(\w+)"', page.text) == [old]
    requests = post(own_server, "/jobs/rollback", form)
    assert requests.status_code == 200
    assert all(named in requests.text for named in (old, new, "counts from 0.25"))
    assert generations.current_id == new, "it only asks"
    done = post(own_server, "/jobs/rollback", {**form, "sure": "yes"})
    assert done.status_code == 303
    assert generations.current_id == old
    shown = get(own_server, done.headers["location"].removeprefix("/console")).text
    assert f"<code>{old}</code> is live again" in shown
    # Pressed once more, by somebody who is not sure that it worked: nothing goes forward again.
    assert post(own_server, "/jobs/rollback", {**form, "sure": "yes"}).status_code == 422
    assert generations.current_id == old
    for unknown in ("", "../x", "0" * 12):
        lost = {**form, "generation": unknown}
        assert post(own_server, "/jobs/rollback", lost).status_code == 422
    assert f'value="{new}"' in get(own_server, "/jobs/generations").text


def test_what_is_told_of_the_index_follows_a_reindex(
    open_window: OpenWindow, own_server: Served
) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        generations = Generations(own_server.home / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.25, tf="raw"))
        page = open_window(server=own_server).open("/jobs")
        expect(page.locator("[data-field=threshold]")).to_have_text("0.25")
        save(catalog, video_id(2), {"cat": 1})
        built = reindex(catalog, generations, IndexConfig(threshold=0.75, tf="log"))
    expect(page.locator("[data-field=generation]")).to_have_text(built.id)
    expect(page.locator("[data-field=videos]")).to_have_text("2")
    expect(page.locator("[data-field=threshold]")).to_have_text("0.75")
    expect(page.locator("[data-field=tf]")).to_have_text("log, raw seconds")
    expect(page.locator(".generations li").first).to_contain_text(f"{built.id} live")


def test_posters_of_every_shape_are_cut_around_their_middle(open_window: OpenWindow) -> None:
    page = open_window().open("/")
    boxes = page.locator(".thumb").evaluate_all(
        """all => all.filter(one => one.querySelector("img")).map(one => {
             const box = one.getBoundingClientRect();
             const img = one.querySelector("img").getBoundingClientRect();
             return [img.top - box.top, img.height - box.height];
           })"""
    )
    assert boxes
    assert all(abs(side) < 1 for box in boxes for side in box)


@pytest.mark.parametrize(
    "after", ["//evil.example", "https://evil.example", "/\\evil.example", "x"]
)
def test_signing_in_leads_nowhere_else(own_server: Served, after: str) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        _, secret = catalog.keys.create("ann", {Scope.READ}, now=time.time())
    until_known(own_server)
    form = {"csrf": token_of(get(own_server, "/sign-in")), "after": after, "key": secret}
    assert post(own_server, "/sign-in", form).headers["location"] == "/console/"


def test_a_form_of_another_site_changes_nothing(own_server: Served) -> None:
    token = token_of(get(own_server, "/sign-in"))
    for form, headers in (
        ({}, {}),
        ({"csrf": "0" * 64}, {}),
        ({"csrf": token}, {"origin": "https://evil.example"}),
        ({"csrf": token}, {"cookie": f"{SESSION_COOKIE}=another"}),
    ):
        answer = post(own_server, "/sign-in", {**form, "key": "rm_x"}, **headers)
        assert answer.status_code == 403, (form, headers)
    assert post(own_server, "/sign-in", {"csrf": token, "key": "rm_x"}).status_code == 401
