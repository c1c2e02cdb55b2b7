"""Lines of the log: for people, or one JSON object each for machines."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Final

from api.http.middleware.request_logging import REQUEST_ID
from api.printable import PrintableLines
from api.settings import LogFormat

_RUNNING: Final = re.compile(r"Uvicorn running on (?P<base>https?://\S+)")
_EXTRA: Final = ("status", "seconds", "route")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        line |= {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class TextLines(PrintableLines):
    """Formats a record for people, with the id of the request it belongs to.

    Paths, names of files and what other machines say stand in messages: what a terminal would
    interpret, or a reader take for another line, is written as an escape.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line."""
        line = super().formatMessage(record)
        request_id = REQUEST_ID.get()
        return f"{line} [{request_id}]" if request_id else line


class _ServersWords(logging.Filter):
    """Says what uvicorn says under a name that does not sound like trouble, and where to look."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, and let it pass."""
        if record.name == "uvicorn.error":
            record.name = "uvicorn"
            if match := _RUNNING.match(record.getMessage()):
                # Who listens on every address is reached from here by this machine's own.
                base = match["base"].replace("//0.0.0.0:", "//127.0.0.1:").replace("[::]", "[::1]")
                record.msg = "running on %s (the console is at %s/console); Ctrl-C ends it"
                record.args = (match["base"], base)
        return True


def log_to_stderr(form: LogFormat) -> None:
    """Send what is worth knowing to stderr."""
    handler = logging.StreamHandler()
    handler.addFilter(_ServersWords())
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
