"""Quantiles of Student's t, without the 100 MB of scipy (Hill 1970, CACM algorithm 396)."""

from math import expm1, pi, sqrt, tan
from statistics import NormalDist


def t_quantile(level: float, df: int) -> float:
    """Return the value that a t of ``df`` degrees of freedom exceeds, either way, at a level.

    Args:
        level: probability of both tails together, above 0.0, at most 1.0.
        df: 1 or more.
    """
    if df == 1:
        return 1 / tan(level * pi / 2)
    if df == 2:
        return sqrt(2 / (level * (2 - level)) - 2)
    # Names are those of the algorithm.
    a = 1 / (df - 0.5)
    b = 48 / (a * a)
    c = ((20_700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * df
    y = (d * level) ** (2 / df)
    if y <= 0.05 + a:
        far = 1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)
        return sqrt(df * ((far * y - 1) * (df + 1) / (df + 2) + 1 / y))
    x = NormalDist().inv_cdf(level / 2)
    y = x * x
    if df < 5:
        c += 0.3 * (df - 4.5) * (x + 0.6)
    c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
    return sqrt(df * expm1(a * y * y))
