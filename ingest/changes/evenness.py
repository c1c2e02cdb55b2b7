"""Whether what moves is at work everywhere at once, as bars, waves and lines of words are.

Somebody who walks, and cars that go by, change a picture where they are, and nowhere else; what is
drawn over a picture changes over the whole of its length whenever it changes.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# What moves is cut across its length into parts of as many cells each.
_PARTS: Final = 12
# In a part that takes part in a change, the share of the cells that change is at least this much
# of the share in all.
_TAKES_PART: Final = 0.3
# Changes of less than this, of the larger ones, are the small ones between two large.
LARGE: Final = 0.5
_LARGER: Final = 0.9


def evenness(changes: NDArray[np.bool_], moving: NDArray[np.bool_]) -> float:
    """Return how many of the parts of what moves take part in a change, 0.0 to 1.0, on average.

    Only the large changes count: at least half of what the largest tenth of them have.

    Args:
        changes: the cells that changed, shape (n, rows, columns).
        moving: the cells that change time and again, shape (rows, columns); the others do not
            count.
    """
    changed = changes & moving
    sizes = np.count_nonzero(changed, axis=(1, 2))
    if not sizes.any():
        return 0.0
    large = changed[sizes >= max(1.0, LARGE * float(np.quantile(sizes, _LARGER)))]
    down, across = (np.ptp(np.flatnonzero(moving.any(axis=axis))) for axis in (1, 0))
    is_tall = down * moving.shape[1] > across * moving.shape[0]
    lines = moving.sum(axis=1 if is_tall else 0)
    part = np.ceil(np.cumsum(lines) * _PARTS / lines.sum()).astype(int).clip(1) - 1
    cells = np.bincount(part, weights=lines, minlength=_PARTS)
    per_line = large.sum(axis=2 if is_tall else 1)
    per_part = np.array([np.bincount(part, weights=n, minlength=_PARTS) for n in per_line])
    shares = per_part[:, cells > 0] / cells[cells > 0]
    return float(np.mean(shares > _TAKES_PART * shares.mean(axis=1, keepdims=True)))
