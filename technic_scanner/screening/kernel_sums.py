"""A kernel that makes one number of each row of an array, for hashes of bars."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.kernel_compile import entry

Bits = npt.NDArray[np.uint64]


@entry
def weighted_sums(bits: Bits, weights: Bits, out: Bits) -> None:
    """Fill ``out`` (n,), the sum of each row of ``bits`` (n, T) × ``weights`` (T,), modulo 2⁶⁴; all are uint64."""
    for i in range(len(bits)):
        total = np.uint64(0)
        for t in range(len(weights)):
            total += bits[i, t] * weights[t]
        out[i] = total
