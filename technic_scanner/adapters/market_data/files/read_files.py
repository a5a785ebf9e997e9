"""Read the files of a folder, each once: plain ones many at a time, and none that an earlier reading has kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.kept_readings import KeptReadings
from technic_scanner.adapters.market_data.files.one_file import read_file
from technic_scanner.adapters.market_data.files.plain_files import read_plain
from technic_scanner.adapters.market_data.files.plain_long import read_long
from technic_scanner.adapters.market_data.files.reading import FileReading, Hints

Step = Callable[[int], None]


def ignore_steps(_: int) -> None:
    """Do nothing with the number of blocks that were read."""


class FileReader:
    """Reads files under the hints that ``hints`` returns for each; ``kept`` are readings of earlier times.

    A reading depends on the file, its hints and nothing else, so that what the files tell each other can be decided
    anew whenever one of them changes, without the others being read again.
    """

    def __init__(
        self, hints: Callable[[FileRef], Hints], step: Step = ignore_steps, kept: KeptReadings | None = None
    ) -> None:
        self._hints = hints
        self._step = step
        self._kept = kept if kept is not None else KeptReadings(None)

    def fast(self, refs: Sequence[FileRef]) -> list[FileReading]:
        """Return the readings in order: plain files many at a time, plain long ones in blocks, the others one by one.

        ``step`` is told how many blocks were read; it may raise to stop.
        """
        found = {ref.name: file for ref in refs if (file := self._kept.load(ref, self._hints(ref), plain=True))}
        done = _blocks(found)
        self._step(done)
        unmapped = [ref for ref in refs if ref.name not in found and self._hints(ref).mapping is None]
        if unmapped:
            read = read_plain(unmapped, self._hints(unmapped[0]).last, lambda n: self._step(done + n))
            for file in read.values():
                self._kept.keep(file.ref, self._hints(file.ref), file, plain=True)
            found |= read
        for ref in [ref for ref in refs if ref.name not in found]:
            found[ref.name] = self._long(ref, _blocks(found)) or self._one(ref, self._hints(ref))
            self._step(_blocks(found))
        if any(file.mark == "," and file.sure_mark for file in found.values()):
            return self.one_by_one(refs)  # points may group thousands in the plain ones too
        if any(file.open_mark for file in found.values()):
            self._ask_for_mark(refs, found)
        return [found[ref.name] for ref in refs]

    def _ask_for_mark(self, refs: Sequence[FileRef], found: dict[str, FileReading]) -> None:
        """Read plain files by themselves until one tells its decimal mark, which can only be the point."""
        for ref in refs:
            if not found[ref.name].open_mark:
                found[ref.name] = self._one(ref, self._hints(ref))
            if found[ref.name].sure_mark:
                return

    def _long(self, ref: FileRef, done: int) -> FileReading | None:
        hints = self._hints(ref)
        read = itertools.count(1)
        stopping = [False]

        def tick() -> None:
            stopping[0] = True
            self._step(done + min(next(read), ref.blocks - 1))
            stopping[0] = False

        try:
            file = read_long(ref, hints.last, tick) if hints.mapping is None else None
        except Exception:
            if stopping[0]:
                raise
            file = None  # it is read as any other file, and refused there if it is at fault
        if file is not None:
            self._kept.keep(ref, hints, file, plain=True)
        return file

    def one_by_one(self, refs: Sequence[FileRef]) -> list[FileReading]:
        """Return the readings in order, each file read by itself in this thread."""
        files, done = [], 0
        for ref in refs:
            files.append(self._one(ref, self._hints(ref)))
            done += ref.blocks
            self._step(done)
        return files

    def again(self, ref: FileRef, *, order: str | None = None, mark: str | None = None) -> FileReading:
        """Return the reading of a file under what the other files tell of its dates and numbers."""
        return self._one(ref, replace(self._hints(ref), order=order, mark=mark))

    def _one(self, ref: FileRef, hints: Hints) -> FileReading:
        file = self._kept.load(ref, hints)
        if file is None:
            file = read_file(ref, hints)
            self._kept.keep(ref, hints, file)
        return file


def _blocks(found: Mapping[str, FileReading]) -> int:
    return sum(file.ref.blocks for file in found.values())
