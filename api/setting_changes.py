"""Changes of settings, by the names they have in docs/settings.md: ``tf=raw,slope=0.8``."""

from collections.abc import Collection, Mapping
from dataclasses import fields as record_fields
from typing import Final

from msgspec import ValidationError
from msgspec.structs import fields, replace

from api.setting_readers import read_setting
from api.settings import EARLIER_NAMES, Settings
from engine.domain.matching.index_config import IndexConfig
from engine.errors import InvalidInput

_OF_VIEWERS: Final = "viewer_"
_SETTINGS: Final = {one.name: one for one in fields(Settings)}


def settings_of_lists() -> list[str]:
    """Return the names of settings that make lists of recommendations what they are."""
    # What is sensitive changes no list.
    of_index = {one.name for one in record_fields(IndexConfig)} - {"sensitive"}
    return sorted({*settings_of_viewers(), *(name for name in _SETTINGS if name in of_index)})


def settings_of_viewers() -> list[str]:
    """Return the names of those that count when a viewer's list is made, not in the index."""
    return sorted(name for name in _SETTINGS if name.startswith(_OF_VIEWERS) or name == "variety")


def changes_of(text: str, names: Collection[str]) -> dict[str, str]:
    """Return name -> value, as text, of ``NAME=VALUE``, several by comma.

    Args:
        text: names in lower case; ``viewer_`` may be left out.
        names: those that may be changed.

    Raises:
        InvalidInput: naming what is none of them, or comes twice.
    """
    # A lone surrogate cannot be stored, and a line's end would end a setting that is.
    if not text.isprintable():
        raise InvalidInput(f"{text[:80]!r} has characters that cannot be printed: leave them out")
    changes: dict[str, str] = {}
    last = ""
    for part in text.split(","):
        name, equals, value = part.partition("=")
        setting = _setting(name.strip().lower())
        if setting in names and equals:
            if setting in changes:
                raise InvalidInput(f"{text[:80]!r} names {setting} twice: keep one of them")
            changes[setting] = value.strip()
            last = setting
        elif last and _SETTINGS[last].default == ():
            # A list goes on: audio=0.6,text=0.8.
            changes[last] += f",{part.strip()}"
        else:
            raise InvalidInput(
                f"{part[:80]!r} is no setting that can be changed here: write NAME=VALUE with one"
                f" of {', '.join(names)}"
            )
    return changes


def changed(settings: Settings, changes: Mapping[str, str]) -> Settings:
    """Return settings with some changed.

    Raises:
        InvalidInput: naming what is no value of its setting.
    """
    values = {}
    for name, text in changes.items():
        try:
            values[name] = read_setting(text, _SETTINGS[name])
        except (InvalidInput, ValidationError) as error:
            raise InvalidInput(f"{name}={text[:80]!r}: {error}") from None
    return replace(settings, **values)


def _setting(name: str) -> str:
    """Return the setting that a name means, with ``viewer_`` or without, or by an earlier name."""
    earlier = {old: new for new, old in EARLIER_NAMES.items()}
    for one in (name, _OF_VIEWERS + name):
        if one in _SETTINGS or one in earlier:
            return earlier.get(one, one)
    return name
