"""Find the last level shift of the cost of a unit, for example when a provider starts to throttle."""

from __future__ import annotations

import math

from technic_scanner.progress.work_log import Block

_STEPS = 20  # minimum number on either side of a shift
_Z = 5.0
LOG_JUMP = 0.25


def since_last_shift(blocks: list[Block]) -> list[Block]:
    """Return the blocks after the last level shift of the cost; all blocks if there is none.

    Binary segmentation of mean log unit times: the split with the largest z is taken if z exceeds 5 and the level
    changed by more than 0.25 (28 %); then the blocks after it are examined again.
    """
    while True:
        split = _best_split(blocks)
        if split is None:
            return blocks
        blocks = blocks[split:]


def _best_split(blocks: list[Block]) -> int | None:
    all_steps = sum(block.steps for block in blocks)
    if all_steps < 2 * _STEPS:
        return None
    all_logs = math.fsum(block.log_sum for block in blocks)
    squares = math.fsum(block.log_sum**2 / block.steps for block in blocks)
    best, best_z = None, _Z
    steps, logs = 0, 0.0
    for position, block in enumerate(blocks, start=1):
        steps += block.steps
        logs += block.log_sum
        after, logs_after = all_steps - steps, all_logs - logs
        if steps < _STEPS or after < _STEPS:
            continue
        jump = logs_after / after - logs / steps
        if abs(jump) <= LOG_JUMP:
            continue
        # the variance of a block's mean of m steps is 1/m of that of a step: steps x square, pooled over both sides
        residual = max(0.0, squares - logs**2 / steps - logs_after**2 / after)
        variance = residual / max(1, len(blocks) - 2)
        z = abs(jump) / math.sqrt(variance * (1 / steps + 1 / after) + 1e-12)
        if z > best_z:
            best, best_z = position, z
    return best
