"""Writes ``docs/settings.md`` from the settings class; ``make docs`` runs it."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import click
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from api.settings import Settings, variables_of
from engine.domain.assessments.sensitivity import DEFAULT_RULES

_HEAD: Final = """\
# Settings

Environment variables; the command line's options go before them. What the environment does not
say is read from `settings.env` in `REELMATCH_HOME`, a `VARIABLE=value` a line, where
[evaluations](evaluate.md) store what wins; no dump has it.
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


def descriptions() -> dict[str, str]:
    """Return what is written under each setting."""
    (written,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(written, ast.ClassDef)  # noqa: S101
    texts: dict[str, str] = {}
    for line, following in pairwise(written.body):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            text = following.value if isinstance(following, ast.Expr) else None
            texts[line.target.id] = str(text.value) if isinstance(text, ast.Constant) else ""
    return texts


def _rows() -> Iterator[str]:
    texts = descriptions()
    for one in fields(Settings):
        variable, *earlier = variables_of(one.name)
        description = " ".join(texts[one.name].split())
        for name in earlier:
            description += f" `{name}`, its earlier name, is read for one minor version more."
        yield f"| `{variable}` | {_default(one)} | {description} |\n"


def _default(setting: FieldInfo) -> str:
    if setting.name in _AS_WRITTEN:
        return _AS_WRITTEN[setting.name]
    value = setting.default
    return "" if value in (None, "", (), NODEFAULT) else f"`{value}`"


if __name__ == "__main__":
    click.echo(settings_page(), nl=False)
