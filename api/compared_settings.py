"""Settings to be compared, by the names they have in docs/settings.md: ``tf=sqrt,slope=0.8``."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as record_fields
from typing import Final

from msgspec import ValidationError
from msgspec.structs import fields, replace

from api.setting_readers import read_setting
from api.settings import EARLIER_NAMES, Settings
from engine.batch.evaluation.evaluation import MAX_COMPARED, PRESENT, Candidate
from engine.domain.index_config import IndexConfig
from engine.errors import InvalidInput

_OF_VIEWERS: Final = "viewer_"
_SETTINGS: Final = {one.name: one for one in fields(Settings)}


def comparable() -> list[str]:
    """Return the names of settings that make lists of recommendations what they are."""
    # What is sensitive changes no list.
    of_index = {one.name for one in record_fields(IndexConfig)} - {"sensitive"}
    return sorted(name for name in _SETTINGS if name in of_index or name.startswith(_OF_VIEWERS))


def candidates_of(settings: Settings, compared: Sequence[str]) -> list[Candidate]:
    """Return the present settings and those to be compared with them.

    Args:
        settings: the present ones.
        compared: ``NAME=VALUE``, several by comma; names in lower case, ``viewer_`` may be left
            out.

    Raises:
        InvalidInput: naming what is no setting, or no value of one, with the choices; or there are
            too many.
    """
    if len(compared) > MAX_COMPARED:
        raise InvalidInput(
            f"{len(compared)} settings to compare are too many: name up to {MAX_COMPARED}"
        )
    candidates = [Candidate(PRESENT, {}, settings.index_config(), settings.profile_rules)]
    for text in compared:
        changes = _changes(text)
        if any(changes == one.settings for one in candidates):
            raise InvalidInput(f"{text[:80]!r} is compared twice: name it once")
        changed = replace(settings, **_values(changes))
        candidates.append(Candidate(text, changes, changed.index_config(), changed.profile_rules))
    return candidates


def _changes(text: str) -> dict[str, str]:
    # A lone surrogate cannot be stored, and a line's end would end a setting that is.
    if not text.isprintable():
        raise InvalidInput(f"{text[:80]!r} has characters that cannot be printed: leave them out")
    changes: dict[str, str] = {}
    last = ""
    for part in text.split(","):
        name, equals, value = part.partition("=")
        setting = _setting(name.strip().lower())
        if setting in comparable() and equals:
            if setting in changes:
                raise InvalidInput(f"{text[:80]!r} names {setting} twice: keep one of them")
            changes[setting] = value.strip()
            last = setting
        elif last and _SETTINGS[last].default == ():
            # A list goes on: audio=0.6,text=0.8.
            changes[last] += f",{part.strip()}"
        else:
            raise InvalidInput(
                f"{part[:80]!r} is no setting that can be compared: write NAME=VALUE with one of"
                f" {', '.join(comparable())}"
            )
    return changes


def _setting(name: str) -> str:
    """Return the setting that a name means, with ``viewer_`` or without, or by an earlier name."""
    earlier = {old: new for new, old in EARLIER_NAMES.items()}
    for one in (name, _OF_VIEWERS + name):
        if one in _SETTINGS or one in earlier:
            return earlier.get(one, one)
    return name


def _values(changes: Mapping[str, str]) -> dict[str, object]:
    values = {}
    for name, text in changes.items():
        try:
            values[name] = read_setting(text, _SETTINGS[name])
        except (InvalidInput, ValidationError) as error:
            raise InvalidInput(f"{name}={text[:80]!r}: {error}") from None
    return values
