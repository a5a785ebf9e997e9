"""What a parameter study has summed up so far, kept in the run's journal so that another attempt goes on from it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.screening.bars import FloatArray

# It is recorded when this much time has passed, or twenty times as long as recording takes.
RECORD_SECONDS, _RECORD_SHARE = 1.0, 20.0
_RECORD = 0


class SumRecord:
    """What the first ``done`` chunks add up to, kept in the run's journal as one record that is replaced."""

    def __init__(self, context: ScanContext, fingerprint: str, empty: FloatArray) -> None:
        self.flat = empty
        self.done = 0
        self._context = context
        self._fingerprint = fingerprint
        self._recorded = 0
        self._next_at = context.ports.clock.monotonic() + RECORD_SECONDS

    def restore(self) -> int:
        """Take over what an earlier attempt has recorded of the same data; return how many chunks that is."""
        journal = self._context.journal
        known = journal.fingerprint(Stage.SYMBOL_SCANNING)
        if known != self._fingerprint:
            if known is not None:
                self._context.reporter.message("the source's data changed since the last attempt: it starts over")
            journal.start_over(Stage.SYMBOL_SCANNING, self._fingerprint)
            return 0
        payload = journal.chunks(Stage.SYMBOL_SCANNING).get(_RECORD)
        if payload is not None:
            self.done = self._recorded = int.from_bytes(payload[:8], "little")
            plain = pa.decompress(payload[8:], self.flat.nbytes, "zstd", asbytes=True)
            self.flat = np.frombuffer(plain, dtype="<f8").reshape(self.flat.shape).copy()
        return self.done

    def add(self, part: FloatArray) -> None:
        """Add the next chunk's sums."""
        self.flat += part
        self.done += 1
        if self._context.ports.clock.monotonic() >= self._next_at:
            self.flush()

    def flush(self) -> None:
        """Record what was added since the last time."""
        if self.done == self._recorded:
            return
        clock = self._context.ports.clock
        begun = clock.monotonic()
        payload = self.done.to_bytes(8, "little") + pa.compress(self.flat.astype("<f8").tobytes(), "zstd", asbytes=True)
        self._context.journal.record(Stage.SYMBOL_SCANNING, _RECORD, payload)
        self._recorded = self.done
        now = clock.monotonic()
        self._next_at = now + max(RECORD_SECONDS, _RECORD_SHARE * (now - begun))
