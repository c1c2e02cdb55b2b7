"""Lines of text on videos, and the table that they are searched in."""

from collections.abc import Sequence
from typing import Final

from engine.catalogs.sql.database import Dialect, Statements
from engine.domain.lines import Line, lines_from_bytes, lines_to_bytes
from engine.errors import CorruptData

LIKE_ESCAPE: Final = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
"""Signs that stand for themselves in the pattern of a LIKE, for ``str.translate``."""


def within(folder: str) -> str:
    """Return the pattern of a LIKE, escaped by a backslash, for all paths within a folder."""
    return f"{folder.translate(LIKE_ESCAPE)}/%"


def mentions(dialect: Dialect, text: str) -> tuple[str, str]:
    """Return an SQL condition, and its parameter, on ``videos``: a line has a text in it."""
    condition, parameter = dialect.mentions(text)
    videos = (
        "select video from lines where id in"  # noqa: S608 - constants
        f" (select rowid from line_texts where {condition})"
    )
    return f"id in ({videos})", parameter


def put_lines(
    dialect: Dialect, db: Statements, video: str, source: str, lines: Sequence[Line]
) -> None:
    """Store the lines of one source on a video, in place of those it had."""
    delete_lines(db, video, source)
    if not lines:
        return
    ((row,),) = db.execute(
        "insert into lines (video, source, lines) values (?, ?, ?) returning id",
        (video, source, lines_to_bytes(lines)),
    )
    text = "\n".join(dict.fromkeys(line.text for line in lines))
    dialect.put_line_text(db, row, text)


def delete_lines(db: Statements, video: str, source: str | None = None) -> None:
    """Delete the lines of one source on a video, or of all."""
    where, of = ("", (video,)) if source is None else (" and source = ?", (video, source))
    ids = f"select id from lines where video = ?{where}"  # noqa: S608 - constants
    db.execute(f"delete from line_texts where rowid in ({ids})", of)  # noqa: S608 - constants
    db.execute(f"delete from lines where id in ({ids})", of)  # noqa: S608 - constants


def lines_of(video: str, blob: bytes) -> tuple[Line, ...]:
    """Return stored lines.

    Raises:
        CorruptData: when the blob is not what was written.
    """
    try:
        return lines_from_bytes(blob)
    except CorruptData as error:
        raise CorruptData(
            f"the text of video {video} is damaged ({error}): look again at its source by force,"
            " or restore a dump",
            hint="'reelmatch ingest --force' looks again",
        ) from error
