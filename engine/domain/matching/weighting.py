"""Weights of tags: term frequency, document frequency, inverse document frequency, norms.

Plain numpy formulas, each with its source.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import InvalidInput

Floats = NDArray[np.float64]

_Norms = TypeVar("_Norms", float, Floats)

_MIN_SLOPE: Final = 0.01

TfName = Literal["raw", "sqrt", "log"]
"""The name of a term-frequency formula; see ``TF``."""


def raw_tf(counts: ArrayLike) -> Floats:
    """Return the counts themselves: twice the seconds, twice the weight.

    Luhn (1957), "A statistical approach to mechanized encoding and searching of literary
    information".
    """
    return np.asarray(counts, dtype=np.float64)


def sqrt_tf(counts: ArrayLike) -> Floats:
    """Return square roots: variance-stabilised counts, between ``raw_tf`` and ``log_tf``.

    Anscombe (1948), "The transformation of Poisson, binomial and negative-binomial data".
    """
    return np.sqrt(np.asarray(counts, dtype=np.float64))


def log_tf(counts: ArrayLike) -> Floats:
    """Return ``1 + ln(count)``, and 0 where the count is 0.

    Buckley, Salton, Allan, Singhal (1995), "Automatic query expansion using SMART: TREC 3";
    scikit-learn's ``sublinear_tf``.
    """
    counts = np.asarray(counts, dtype=np.float64)
    return np.where(counts > 0, 1.0 + np.log(np.maximum(counts, 1.0)), 0.0)


TF: Final = {"raw": raw_tf, "sqrt": sqrt_tf, "log": log_tf}
"""The term-frequency formulas by name."""


def document_frequency(tags: NDArray[np.unsignedinteger], n_tags: int) -> NDArray[np.int64]:
    """Count, per tag, the videos that have it.

    Args:
        tags: shape (n_postings,), the tags of all videos, a tag at most once a video.
        n_tags: size of the vocabulary.

    Returns:
        shape (n_tags,).
    """
    return np.bincount(tags, minlength=n_tags).astype(np.int64, copy=False)


def smooth_idf(df: ArrayLike, n_videos: int) -> Floats:
    """Return ``ln((1 + n) / (1 + df)) + 1`` per tag.

    The textbook (Sparck Jones 1972) has ``ln(n / df)``. As in scikit-learn's ``TfidfTransformer``
    with ``smooth_idf=True``, one more video is imagined that has every tag, so that no ``df`` is
    0, and 1 is added so that a tag of every video still counts a little.
    """
    return np.log((1.0 + n_videos) / (1.0 + np.asarray(df, dtype=np.float64))) + 1.0


def pivoted_norm(norms: _Norms, slope: float, pivot: float) -> _Norms:
    """Return ``(1 - slope) * pivot + slope * norm``, what a vector is divided by.

    Singhal, Buckley, Mitra (1996), "Pivoted document length normalization". A slope of 1 is the
    plain norm, so scores are cosines. Below 1, a score is the cosine times
    ``norm / pivoted_norm``, which grows with how much was seen of a video, up to ``1 / slope``.

    Args:
        norms: Euclidean norms of the weighted vectors.
        slope: above 0, at most 1.
        pivot: the norm that stays as it is, usually the mean.
    """
    return (1.0 - slope) * pivot + slope * norms


def check_tf(name: str) -> TfName:
    """Return the name, or raise ``InvalidInput`` if no formula is called so."""
    if name not in TF:
        raise InvalidInput(f"no term frequency {name!r}: choose from {', '.join(TF)}")
    return name  # type: ignore[return-value] # mypy does not narrow a str by membership


@dataclass(frozen=True, slots=True)
class Weighting:
    """Weighting of tags in an index; frozen when it is built.

    Args:
        tf: the name of the term-frequency formula.
        slope: of the pivoted norm; 1 for the plain cosine.
        pivot: of the pivoted norm: the mean norm of the videos that have tags.
        df: shape (n_tags,), the number of videos with each tag.
        idf: shape (n_tags,), 0 for a tag dropped as too rare.
        idf_of_new: the idf of a tag that no video had.
    """

    tf: TfName
    slope: float
    pivot: float
    df: NDArray[np.int64]
    idf: Floats
    idf_of_new: float

    @classmethod
    def learned(
        cls,
        df: NDArray[np.int64],
        n_videos: int,
        *,
        tf: TfName,
        slope: float,
        min_df: int,
        boosts: Floats | None = None,
    ) -> Self:
        """Return the weighting of a catalog, its pivot still 0.

        Args:
            df: shape (n_tags,), the number of videos with each tag.
            n_videos: with or without tags.
            tf: the name of the term-frequency formula.
            slope: of the pivoted norm.
            min_df: tags on fewer videos are dropped.
            boosts: shape (n_tags,), factors of the idf, as of fields in BM25F (Robertson,
                Zaragoza, Taylor 2004, "Simple BM25 extension to multiple weighted fields");
                tags with 0 are dropped.

        Raises:
            InvalidInput: there is no such tf or slope, or a boost is below 0.
        """
        check_tf(tf)
        if not _MIN_SLOPE <= slope <= 1.0:
            raise InvalidInput(f"slope {slope} is outside {_MIN_SLOPE} to 1")
        idf = _boosted(smooth_idf(df, n_videos), boosts)
        if min_df > 1:
            idf[df < min_df] = 0.0
        return cls(tf, slope, 0.0, df, idf, float(smooth_idf(0, n_videos)))

    def pivoted(self, norms: Floats) -> "Weighting":
        """Return this with the mean norm of the videos that have tags as its pivot."""
        n_nonzero = int(np.count_nonzero(norms))
        return replace(self, pivot=float(norms.sum()) / n_nonzero if n_nonzero else 1.0)

    def extended(self, n_tags: int, boosts: Floats | None = None) -> "Weighting":
        """Return this with a longer vocabulary; the new tags were on no video.

        Args:
            n_tags: of the longer vocabulary.
            boosts: of all its tags, as of ``learned``.
        """
        known = self.df.size
        new = max(0, n_tags - known)
        idf = np.full(new, self.idf_of_new)
        return replace(
            self,
            df=np.append(self.df, np.zeros(new, dtype=np.int64)),
            idf=np.append(self.idf, _boosted(idf, None if boosts is None else boosts[known:])),
        )


def _boosted(idf: Floats, boosts: Floats | None) -> Floats:
    if boosts is None:
        return idf
    if boosts.shape != idf.shape or not np.all(np.isfinite(boosts) & (boosts >= 0)):
        raise InvalidInput("boosts must be numbers of 0 or more, one a tag")
    return idf * boosts
