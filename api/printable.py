"""Text for a log or a terminal: what others wrote is shown there, never interpreted."""

import logging
from typing import Any


def escaped(text: str) -> str:
    r"""Return a text as one printable line: a line feed becomes ``\n``, an escape ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


class PrintableLines(logging.Formatter):
    """Formats a record as one printable line, and its traceback as indented ones."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line."""
        record.message = escaped(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """Return a traceback."""
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's own name
        """Return where a record was made."""
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    # At line feeds alone: other ends of lines are escaped.
    return "\n".join(f"    {escaped(line)}" for line in text.split("\n"))
