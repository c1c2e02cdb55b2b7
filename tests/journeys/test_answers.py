"""Answers as clients and browsers see them, whoever in the service wrote them."""

from collections.abc import Iterator

import pytest

from support.product import Served, serve


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("answers") / "home")


@pytest.mark.parametrize("path", ["/docs", "/console", "/console/nowhere", "/console/sign-in"])
def test_no_page_is_shown_in_a_frame_of_another_site(empty: Served, path: str) -> None:
    page = empty.client.get(path, headers={"accept": "text/html"}, follow_redirects=True)
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("query", "status"),
    [("bytes=900-1000", 416), ("lines=1-2", 400), ("bytes=x", 400), ("bytes=5-2", 400)],
)
def test_a_range_that_cannot_be_is_a_problem(empty: Served, query: str, status: int) -> None:
    page = empty.client.get("/console", follow_redirects=True).text
    style = next(part for part in page.split('"') if "/static/" in part and part.endswith(".css"))
    whole = empty.client.get(style)
    expected = query.replace("900-1000", f"{len(whole.content)}-")
    response = empty.client.get(style, headers={"range": expected, "accept-encoding": "identity"})
    assert (response.status_code, response.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, "invalid_request")
    assert problem["detail"]
    assert ("content-range" in response.headers) == (status == 416)


def test_what_is_not_among_the_static_files_is_no_plain_text(empty: Served) -> None:
    for path in ("/console/static/x", "/console/static/../../etc/passwd", "/hosted/x"):
        response = empty.client.get(path)
        assert response.status_code >= 400
        assert not response.headers["content-type"].startswith("text/plain")
