"""An advertiser who does not know our tags: any word, at every entry point."""

import json

import pytest

from support.product import Run, Served


def test_a_word_is_understood_the_same_at_both_entry_points(served: Served, ask: Run) -> None:
    words = ["boots", "live music festival", "automobile", "vacation at the seaside"]
    over_http = served.client.get("/v1/keywords", params={"q": words}).json()
    assert over_http == ask("keywords", *words, "--json").json
    first = [(one["status"], one["meanings"][0]["tag"]) for one in over_http["keywords"]]
    assert first == [
        ("used", "footwear"),
        ("used", "concert"),
        ("used", "car"),
        ("used", "beach"),
    ]


def test_the_way_that_led_there_is_told_with_the_runners_up(served: Served) -> None:
    (boots,) = served.client.get("/v1/keywords", params={"q": "boots"}).json()["keywords"]
    assert boots["meanings"][0]["how"] == "broader"
    assert {candidate["how"] for candidate in boots["meanings"][1:]} <= {"broader", "embedding"}
    assert len(boots["meanings"]) > 1
    assert boots["used"] == ["footwear"]


def test_people_read_a_table(ask: Run) -> None:
    lines = ask("keywords", "boots", "attorney").out.splitlines()
    assert lines[0].split() == ["word", "status", "read", "in", "tag", "confidence", "how", "by"]
    assert lines[1].split()[:4] == ["boots", "used", "en", "footwear"]
    assert [line.split()[1] for line in lines if line.startswith("attorney")] == ["refused"]


def test_a_match_by_a_free_word_says_how_it_was_understood(served: Served, ask: Run) -> None:
    free = served.client.post("/v1/matches", json={"keywords": {"kitty": 1, "coffee": 0.5}}).json()
    assert free == ask("match", "--keyword", "kitty", "--keyword", "coffee=0.5", "--json").json
    (kitty,) = free["understood"]
    assert (kitty["word"], kitty["used"]) == ("kitty", ["cat"])
    confidence = kitty["meanings"][0]["confidence"]
    by_tags = {"keywords": {"cat": confidence, "coffee": 0.5}}
    exact = served.client.post("/v1/matches", json=by_tags).json()
    matches = [match["video"] for match in free["matches"]]
    assert exact["matches"][0]["video"] == matches[0]
    assert {match["video"] for match in exact["matches"]} == set(matches)
    for match in free["matches"]:  # what lies near moves up what shows a cat, and nothing else
        shares = {part["tag"]: part["share"] for part in match["why"]}
        near = sum(shares.get(one["tag"], 0.0) for one in kitty["meanings"][1:])
        assert near <= 0.5 * shares.get("cat", 0.0) + 1e-9
    assert "understood" not in exact


def test_a_misspelt_tag_is_understood_and_people_are_told(ask: Run) -> None:
    answer = ask("match", "--keyword", "bicycl")
    assert answer.code == 0
    assert answer.err.startswith("'bicycl' is understood as bicycle 0.")


def test_of_a_tag_misspelt_beyond_understanding_the_right_one_comes_first(ask: Run) -> None:
    answer = ask("match", "--keyword", "bycicle")
    assert "'bycicle' is not a tag: the nearest are bicycle, " in answer.err


def test_spelling_comes_before_meaning_at_every_entry_point(served: Served, ask: Run) -> None:
    (match,) = served.client.get("/v1/keywords", params={"q": "dgo"}).json()["keywords"]
    assert (match["meanings"][0]["tag"], match["meanings"][0]["how"]) == ("dog", "spelling")
    words = {"keywords": {"dgo": 1, "cat": 1}}
    (ignored,) = served.client.post("/v1/matches", json=words).json()["ignored"]
    assert (ignored["word"], ignored["nearest"][0]) == ("dgo", "dog")
    interests = {"interests": {"dgo": 1, "cat": 1}}
    (ignored,) = served.client.post("/v1/recommendations", json=interests).json()["ignored"]
    assert (ignored["word"], ignored["nearest"][0]) == ("dgo", "dog")
    assert "did you mean dog, " in ask("match", "--keyword", "dgo", "--keyword", "cat").err
    assert "did you mean dog, " in ask("recommend", "--like", "dgo", "--like", "cat").err
    assert "the nearest are dog, " in ask("match", "--keyword", "dgo").err


def test_a_tag_is_taken_in_any_case_at_every_entry_point(served: Served, ask: Run) -> None:
    client = served.client
    matches = client.post("/v1/matches", json={"keywords": {"cat": 1}, "exclude": ["dog"]}).json()
    loud = client.post("/v1/matches", json={"keywords": {"CAT": 1}, "exclude": ["DOG"]}).json()
    assert loud == matches
    assert ask("match", "--keyword", "Cat", "--exclude", "Dog", "--json").json == matches
    video = matches["matches"][0]["video"]
    seconds = client.get(f"/v1/videos/{video}/tags/cat").json()
    assert client.get(f"/v1/videos/{video}/tags/CAT").json() == seconds
    assert ask("tags", video, "--tag", "CAT", "--json").json == seconds
    where = {"seen": {"tag": "Cat"}}
    answer = client.post("/v1/matches", json={"keywords": {"cat": 1}, "where": where}).json()
    assert video in [match["video"] for match in answer["matches"]]
    liked = client.post("/v1/recommendations", json={"interests": {"CAT": 1}}).json()
    assert liked["matches"][0]["video"] == video
    client.put("/v1/viewers/loud/interests", json={"interests": {"CAT": 1, "cat": 0.5}})
    assert client.get("/v1/viewers/loud").json()["interests"] == {"cat": 1.5}


def test_words_that_mean_no_tag_are_left_out_and_named(served: Served, ask: Run) -> None:
    words = {"attorney": 1, "cat": 1, "quarterly earnings": 1}
    answer = served.client.post("/v1/matches", json={"keywords": words}).json()
    assert [one["word"] for one in answer["ignored"]] == ["attorney", "quarterly earnings"]
    by_cat = served.client.post("/v1/matches", json={"keywords": {"cat": 1}}).json()
    assert answer["matches"] == by_cat["matches"]
    command = ask("match", *(f"--keyword={word}" for word in words))
    assert command.code == 0
    assert "'attorney' means no tag and does not count" in command.err
    viewer = {"interests": {"attorney": 1, "cat": 1}}
    placed = served.client.post("/v1/viewers:campaigns", json=viewer).json()
    assert [one["word"] for one in placed["ignored"]] == ["attorney"]


@pytest.mark.parametrize("path", ["/v1/recommendations", "/v1/viewers:campaigns"])
def test_interests_that_are_no_tags_are_refused_if_there_is_nothing_else(
    served: Served, path: str
) -> None:
    for interests in ({"atorney": 1}, {"atorney": 1, "cat": 1}):
        body = {"interests": interests, "strict": len(interests) > 1}
        answer = served.client.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_tag")


def test_a_thousand_unknown_words_do_not_hold_anything_up(served: Served) -> None:
    words = {f"x{number} {'qzjv' * 24}"[:99]: 1 for number in range(999)} | {"cat": 1}
    answer = served.client.post("/v1/recommendations", json={"interests": words}).json()
    assert len(answer["ignored"]) == 999
    assert answer["matches"]
    answer = served.client.post("/v1/matches", json={"keywords": words}).json()
    assert len(answer["ignored"]) == 999
    refused = served.client.post("/v1/matches", json={"keywords": words, "strict": True})
    assert "and 989 words more" in refused.json()["detail"]
    body = {"keywords": {"cat": 1}, "exclude": list(words)}
    assert served.client.post("/v1/matches", json=body).json()["code"] == "unknown_tag"


def test_words_that_mean_no_tag_are_refused_when_strict(served: Served, ask: Run) -> None:
    words = {"attorney": 1, "cat": 1, "quarterly earnings": 1}
    answer = served.client.post("/v1/matches", json={"keywords": words, "strict": True})
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert "'attorney' is not a tag: the nearest are" in detail
    assert "'quarterly earnings' is not a tag: the nearest are" in detail
    command = ask("match", "--strict", *(f"--keyword={word}" for word in words))
    assert command.code == 1
    assert command.err == f"reelmatch: {detail}\n"


def test_words_that_cannot_be_read_are_named(served: Served, ask: Run) -> None:
    for word in (" ", "x" * 201):
        answer = served.client.get("/v1/keywords", params={"q": word})
        assert answer.status_code == 422, json.dumps(answer.json())
    assert served.client.get("/v1/keywords").status_code == 422
    assert "is empty" in ask("keywords", "").err


def test_an_empty_catalog_has_no_tags_yet(run: Run) -> None:
    answer = run("keywords", "cat")
    assert answer.code == 1
    assert "reelmatch ingest" in answer.err


def test_where_nothing_fits_the_nearest_is_told_apart(served: Served, ask: Run) -> None:
    body = {"keywords": {"sparkling wine": 1}, "k": 3, "include": ["title"]}
    answer = served.client.post("/v1/matches", json=body).json()
    assert answer["matches"] == []
    best = answer["nearest"][0]
    assert (best["title"], best["why"][0]["tag"]) == ("coffee", "drink")
    reported = ask("match", "--keyword", "sparkling wine", "-k", "3")
    assert reported.err.endswith("no video fits; the nearest, by what is broader:\n")
    assert best["video"] in reported.out
    fits = served.client.post("/v1/matches", json={"keywords": {"drink": 1}, "k": 1}).json()
    assert "nearest" not in fits
    page = served.client.get("/console/?tag=sparkling+wine").text
    assert "these are the nearest, by what is broader" in page


def test_what_is_unwanted_is_not_near_either(served: Served) -> None:
    body = {"keywords": {"sparkling wine": 1, "coffee": -1}}
    unwanted = served.client.post("/v1/matches", json=body).json()
    expected = served.client.post("/v1/matches", json={"keywords": {"sparkling wine": 1}}).json()
    scores = {one["video"]: one["score"] for one in unwanted.get("nearest", ())}
    assert all(scores.get(one["video"], 0.0) < one["score"] for one in expected["nearest"])
