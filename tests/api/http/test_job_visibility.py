"""Evaluations among the jobs: what they compare and find is for admins."""

from dataclasses import replace

import pytest

from api.http.middleware.auth import Caller
from api.http.routes.jobs import visible
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import Job
from engine.domain.keys import Key, Scope


@pytest.fixture
def evaluation(catalog: Catalog) -> Job:
    """A job that compared something and found a winner."""
    catalog.jobs.add_evaluation("tf=sqrt, up to 9 viewers", {}, now=0)
    (job,) = catalog.jobs.newest(state=None, limit=1)
    return replace(job, reason="9 viewers; winner: tf=sqrt")


def test_only_admins_see_what_an_evaluation_is_of(catalog: Catalog, evaluation: Job) -> None:
    def caller(*scopes: Scope) -> Caller:
        key = Key(1, "k", frozenset(scopes), "", 0.0, 0.0, None)
        return Caller(key)

    assert visible(evaluation, caller(Scope.ADMIN)) == evaluation
    shown = visible(evaluation, caller(Scope.INGEST))
    assert (shown.id, shown.kind, shown.state) == (evaluation.id, evaluation.kind, evaluation.state)
    assert "tf" not in str(replace(shown, options={}))
    catalog.jobs.add(["film.mp4"], {}, now=0)
    ingest = catalog.jobs.newest(state=None, limit=1)[0]
    assert visible(ingest, caller(Scope.INGEST)) == ingest
