"""How a plain function becomes a kernel."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(plain: _Function) -> _Function:
    """Return the function compiled to machine code; it runs without the interpreter's lock.

    Compilation happens at the first call per combination of array types and is kept on disk.
    ``NUMBA_DISABLE_JIT=1`` in the environment leaves the function as it is, for a debugger.
    """
    return cast(_Function, numba.njit(nogil=True, cache=True)(plain))
