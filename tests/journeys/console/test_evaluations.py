"""The page of evaluations: what it queues, what it shows, and what it refuses."""

from engine.catalogs import open_catalog
from engine.domain.evaluations.evaluation import Measure
from support.pages import get, post, token_of
from support.product import Served
from support.reports import report

HOSTILE = "<script>alert(1)</script>"


def test_settings_are_compared_and_the_report_is_shown(own_server: Served) -> None:
    page = get(own_server, "/evaluations")
    form = {"csrf": token_of(page), "compare": "tf=sqrt\n\n together=4 \n"}
    assert post(own_server, "/evaluations", form).status_code == 303
    with open_catalog(own_server.home / "catalog.db") as catalog:
        (job,) = catalog.jobs.newest(state=None, limit=9)
        assert job.source == "tf=sqrt; together=4, up to 20000 viewers"
        assert "Evaluation of tf=sqrt; together=4" in get(own_server, "/jobs").text
        refused = post(own_server, "/evaluations", {**form, "compare": "taste=1"})
        assert refused.status_code == 422
        assert "viewer_half_life_days" in refused.text
        many = "\n".join(f"power=0.{number}" for number in range(10, 21))
        assert post(own_server, "/evaluations", {**form, "compare": many}).status_code == 422
        catalog.evaluations.put(1000, report("tf=sqrt"))
        catalog.evaluations.put(1001, report(HOSTILE))
    newest = get(own_server, "/evaluations").text
    assert HOSTILE not in newest
    assert "&lt;script&gt;" in newest
    older = get(own_server, "/evaluations?job=1000").text
    assert "Winner: tf=sqrt" in older
    assert older.count("0.250 more") == len(Measure) - 1
    token = {"csrf": token_of(get(own_server, "/evaluations?job=1000"))}
    assert post(own_server, "/evaluations/1000/write", {}).status_code == 403
    stored = post(own_server, "/evaluations/1000/write", token)
    assert (stored.status_code, stored.headers["location"][-22:]) == (303, "?job=1000&written=true")
    assert "REELMATCH_TF=log" in (own_server.home / "settings.env").read_text()
    assert "Reindex, and start" in get(own_server, "/evaluations?job=1000&written=true").text
    assert post(own_server, "/evaluations/7/write", token).status_code == 404
    assert get(own_server, "/evaluations?job=7").status_code == 404
    assert own_server.client.get("/v1/evaluations").json() == {"jobs": [1001, 1000]}
    assert own_server.client.get("/v1/evaluations/1000").json() == report("tf=sqrt")
    started = own_server.client.post("/v1/evaluations", json={"compare": ["tf=log"]})
    assert (started.status_code, started.json()["kind"]) == (202, "evaluate")
    unknown = own_server.client.post("/v1/evaluations", json={"compare": ["taste=1"]})
    broken = own_server.client.post("/v1/evaluations", content=rb'{"compare": ["slope=\ud800"]}')
    assert broken.status_code == 422
    assert (unknown.status_code, "viewer_power" in unknown.json()["detail"]) == (422, True)
