"""Errors: each can be sent from a worker to whoever waits for it, and says the same there."""

import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidInput, ReelmatchError

SAMPLES = {"int": 3, "float": 2.5, "bool": True, "Path": Path("/films")}
"""By what an annotation begins with; text for all others."""


def errors() -> Iterator[type[ReelmatchError]]:
    """Every expected error of the product, wherever it is."""
    for package in ("engine", "ingest", "api", "models"):
        top = importlib.import_module(package)
        for module in pkgutil.walk_packages(top.__path__, f"{package}."):
            if "__main__" not in module.name and ".convert" not in module.name:
                importlib.import_module(module.name)
    waiting = [ReelmatchError]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += [one for one in kind.__subclasses__() if one.__module__.split(".")[0] != "tests"]


def made(kind: type[ReelmatchError]) -> ReelmatchError:
    """One of them, of values of the kinds that it wants."""
    given: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]:
        annotation = str(getattr(parameter.annotation, "__name__", parameter.annotation))
        if "Mapping" in annotation:
            value: Any = {"dgo": ["dog"]}
        elif annotation.startswith(("Sequence", "Iterable", "tuple")):
            value = ["one", "two"]
        else:
            value = SAMPLES.get(annotation.split("[")[0].split(" ")[0], "a text")
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            given.append(value)
    return kind(*given, **named)


def test_every_error_comes_back_from_a_worker_as_it_was_raised() -> None:
    kinds = list(errors())
    assert len(kinds) > 30
    for kind in kinds:
        error = made(kind)
        for back in (pickle.loads(pickle.dumps(error)), copy(error)):  # noqa: S301 - our own
            assert type(back) is kind
            assert str(back) == str(error)
            assert back.args == error.args
            assert back.hint == error.hint
            assert vars(back) == vars(error), kind


def test_what_was_added_to_an_error_comes_back_too() -> None:
    error = InvalidInput("threshold 2 is not between 0.0 and 1.0", hint="0.7 is usual")
    error.add_note("of the third line")
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert back.hint == "0.7 is usual"
    assert back.__notes__ == ["of the third line"]
    with pytest.raises(InvalidInput, match="threshold 2"):
        raise back
