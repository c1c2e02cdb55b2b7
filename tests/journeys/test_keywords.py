"""An advertiser who does not know our tags: any word, at every door."""

import json

from support.product import Run, Served


def test_a_word_is_understood_the_same_at_both_doors(served: Served, ask: Run) -> None:
    words = ["sneakers", "live music festival", "automobile", "vacation at the seaside"]
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
    (sneakers,) = served.client.get("/v1/keywords", params={"q": "sneakers"}).json()["keywords"]
    assert sneakers["meanings"][0]["how"] == "broader"
    assert {meaning["how"] for meaning in sneakers["meanings"][1:]} <= {"broader", "embedding"}
    assert len(sneakers["meanings"]) > 1
    assert sneakers["used"] == ["footwear"]


def test_people_read_a_table(ask: Run) -> None:
    said = ask("keywords", "sneakers", "attorney").out.splitlines()
    assert said[0].split() == ["word", "status", "tag", "confidence", "how", "by"]
    assert said[1].split()[:4] == ["sneakers", "used", "footwear", said[1].split()[3]]
    assert [line.split()[1] for line in said if line.startswith("attorney")] == ["refused"]


def test_a_match_by_a_free_word_says_how_it_was_understood(served: Served, ask: Run) -> None:
    free = served.client.post("/v1/matches", json={"keywords": {"kitty": 1, "coffee": 1}}).json()
    assert free == ask("match", "--keyword", "kitty", "--keyword", "coffee", "--json").json
    (kitty,) = free["understood"]
    assert (kitty["word"], kitty["used"]) == ("kitty", ["cat"])
    confidence = kitty["meanings"][0]["confidence"]
    by_tags = {"keywords": {"cat": confidence, "coffee": 1}}
    exact = served.client.post("/v1/matches", json=by_tags).json()
    assert [match["video"] for match in exact["matches"]] == [
        match["video"] for match in free["matches"]
    ]
    assert "understood" not in exact


def test_a_misspelt_tag_is_understood_and_people_are_told(ask: Run) -> None:
    answer = ask("match", "--keyword", "bicycl")
    assert answer.code == 0
    assert answer.err.startswith("'bicycl' is understood as bicycle 0.")


def test_of_a_tag_misspelt_beyond_understanding_the_right_one_comes_first(ask: Run) -> None:
    answer = ask("match", "--keyword", "bycicle")
    assert "'bycicle' is not a tag: the nearest are bicycle, " in answer.err


def test_a_word_that_means_no_tag_is_refused_with_the_nearest(served: Served, ask: Run) -> None:
    words = {"attorney": 1, "cat": 1, "quarterly earnings": 1}
    answer = served.client.post("/v1/matches", json={"keywords": words})
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert "'attorney' is not a tag: the nearest are" in detail
    assert "'quarterly earnings' is not a tag: the nearest are" in detail
    command = ask("match", *(f"--keyword={word}" for word in words))
    assert command.code == 1
    assert command.err == f"reelmatch: {detail}\n"


def test_words_that_cannot_be_read_are_named(served: Served, ask: Run) -> None:
    for word in (" ", "x" * 201):
        answer = served.client.get("/v1/keywords", params={"q": word})
        assert answer.status_code == 422, json.dumps(answer.json())
    assert served.client.get("/v1/keywords").status_code == 422
    assert "is empty" in ask("keywords", "").err


def test_an_empty_catalogue_has_no_tags_yet(run: Run) -> None:
    answer = run("keywords", "cat")
    assert answer.code == 1
    assert "reelmatch ingest" in answer.err
