"""The index's weighting as a scikit-learn estimator; needs the extra ``sklearn``."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.weighting import TF, TfName, check_tf, pivoted_norm, smooth_idf
from engine.errors import MissingPart

try:
    import scipy.sparse as sp
    from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError as error:
    if error.name is None or error.name.split(".")[0] not in ("sklearn", "scipy"):
        raise
    raise MissingPart("TagTfidf", "pip install 'reelmatch[sklearn]'") from error


class TagTfidf(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn tag counts into the vectors the index compares: tf x idf, divided by a norm.

    With the defaults, what ``TfidfTransformer()`` gives.

    Args:
        tf: the term frequency: "raw", "sqrt" or "log".
        slope: of the pivoted length normalisation, above 0; 1 for the plain norm.

    Attributes:
        idf_: shape (n_tags,).
        pivot_: the mean norm of the fitted videos that have tags.
        n_features_in_: number of tags.
    """

    def __init__(self, *, tf: TfName = "raw", slope: float = 1.0) -> None:
        self.tf = tf
        self.slope = slope

    def fit(self, X: Any, y: None = None) -> Self:  # noqa: ARG002, N803 # scikit-learn's names
        """Learn idf and pivot from counts, shape (n_videos, n_tags)."""
        check_tf(self.tf)
        counts = self._counts(X, reset=True)
        df = np.bincount(counts.indices, minlength=counts.shape[1])
        self.idf_ = smooth_idf(df, counts.shape[0])
        norms = _norms(self._weighted(counts))
        nonzero = norms[norms > 0]
        self.pivot_ = float(nonzero.mean()) if nonzero.size else 1.0
        return self

    def transform(self, X: Any) -> "sp.csr_matrix[Any]":  # noqa: N803
        """Return the vectors of counts, shape (n_videos, n_tags), sparse."""
        check_is_fitted(self)
        vectors = self._weighted(self._counts(X, reset=False))
        norms = _norms(vectors)
        divisors = pivoted_norm(norms, self.slope, self.pivot_)
        vectors.data /= np.repeat(divisors, np.diff(vectors.indptr))
        return vectors

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags

    def _counts(self, matrix: Any, *, reset: bool) -> "sp.csr_matrix[Any]":
        checked = validate_data(
            self, matrix, reset=reset, accept_sparse="csr", dtype=np.float64, copy=True
        )
        counts = sp.csr_matrix(checked)
        counts.sum_duplicates()
        counts.eliminate_zeros()
        if counts.data.size and counts.data.min() < 0:
            raise ValueError("Negative values in data passed to TagTfidf: counts are 0 or more")
        return counts

    def _weighted(self, counts: "sp.csr_matrix[Any]") -> "sp.csr_matrix[Any]":
        weights = TF[self.tf](counts.data) * self.idf_[counts.indices]
        return sp.csr_matrix((weights, counts.indices, counts.indptr), counts.shape)


def _norms(vectors: "sp.csr_matrix[Any]") -> NDArray[np.float64]:
    squares = np.asarray(vectors.multiply(vectors).sum(axis=1), dtype=np.float64)
    return np.sqrt(squares.ravel())
