"""Changes of the settings that are stored in a home."""

from collections.abc import Mapping
from pathlib import Path

from api.settings import variables_of
from api.stored_settings import read_stored, write_stored


def store_settings(home: Path, changes: Mapping[str, str]) -> None:
    """Store settings in a home, beside those that are.

    Args:
        home: the folder.
        changes: names of settings -> values, as text.

    Raises:
        InvalidInput: when the file cannot be read or written.
        DiskFull: when there is no room for it.
    """
    stored = read_stored(home)
    for setting, value in changes.items():
        for variable in variables_of(setting):
            stored.pop(variable, None)
        stored[variables_of(setting)[0]] = value
    write_stored(home, stored)
