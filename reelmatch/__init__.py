"""The matcher for programs: an index of weighted tags, and TF-IDF as a scikit-learn transformer.

Everything else of this distribution is behind the command ``reelmatch``, see its ``-h``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # when they run, each is brought when it is asked for: the second needs an extra
    from engine.indexes.local.index import Index
    from engine.search.estimator import TagTfidf

    __version__: str

__all__ = ["Index", "TagTfidf", "__version__"]


def __getattr__(name: str) -> object:
    if name == "Index":
        from engine.indexes.local.index import Index

        return Index
    if name == "TagTfidf":
        from engine.search.estimator import TagTfidf

        return TagTfidf
    if name == "__version__":
        from importlib.metadata import version

        return version("reelmatch")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
