"""Writes ``docs/settings.md`` from the settings class; ``make docs`` runs it."""

from collections.abc import Iterator
from typing import Any, Final

import click
from pydantic.fields import FieldInfo

from api.settings import Settings
from engine.sensitive import DEFAULT_RULES

_HEAD: Final = """\
# Settings

Environment variables; the command line's options go before them.
This page is made from the settings themselves by `make docs`.

| variable | default | meaning |
| --- | --- | --- |
"""

_AS_WRITTEN: Final = {
    "home": "`~/.local/share/reelmatch`",
    "processes": "cores",
    "sensitive": f"`{','.join(rule.topic for rule in DEFAULT_RULES)}`",
}


def settings_page() -> str:
    """Return the page."""
    return _HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        meaning = " ".join((field.description or "").split())
        yield f"| `REELMATCH_{name.upper()}` | {_default(name, field)} | {meaning} |\n"


def _default(name: str, field: FieldInfo) -> str:
    if name in _AS_WRITTEN:
        return _AS_WRITTEN[name]
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    return "" if value in (None, "", ()) else f"`{value}`"


if __name__ == "__main__":
    click.echo(settings_page(), nl=False)
