"""The server's own lines of the log, and the name they are under."""

import json
import logging
from collections.abc import Iterator

import pytest

from api.http.middleware.logs import log_to_stderr
from api.settings import LogFormat

FORMS: list[LogFormat] = ["text", "json"]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


def words_of_running(base: str, form: LogFormat, capsys: pytest.CaptureFixture[str]) -> str:
    log_to_stderr(form)
    protocol, _, rest = base.partition("://")
    host, _, port = rest.rpartition(":")
    message = "Uvicorn running on %s://%s:%d (Press CTRL+C to quit)"
    logging.getLogger("uvicorn.error").info(message, protocol, host, int(port))
    return capsys.readouterr().err


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("listens", "opened"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://0.0.0.0:81", "http://127.0.0.1:81"),
        ("http://[::]:81", "http://[::1]:81"),
        ("http://films.example:8000", "http://films.example:8000"),
    ],
)
def test_the_console_is_named_where_it_can_be_opened(
    listens: str, opened: str, form: LogFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    output = words_of_running(listens, form, capsys)
    assert f"running on {listens} (the console is at {opened}/console); Ctrl-C ends it" in output


def test_the_servers_lines_are_not_named_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert "INFO uvicorn: " in words_of_running("http://127.0.0.1:8000", "text", capsys)
    payload = json.loads(words_of_running("http://127.0.0.1:8000", "json", capsys))
    assert (payload["logger"], payload["level"]) == ("uvicorn", "info")


def test_other_lines_are_left_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("text")
    logging.getLogger("uvicorn.error").error("Uvicorn stumbled over %s", "x")
    logging.getLogger("other.error").info("Uvicorn running on http://x:1 (Press CTRL+C to quit)")
    stumbled, other = capsys.readouterr().err.splitlines()
    assert stumbled.endswith("ERROR uvicorn: Uvicorn stumbled over x")
    assert other.endswith("other.error: Uvicorn running on http://x:1 (Press CTRL+C to quit)")
