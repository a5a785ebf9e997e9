"""A criteria text, checked and ready: what it needs, and its values, reasons and counts over a panel."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import index
from typing import TYPE_CHECKING, SupportsIndex

from technic_scanner.criteria.hints import hints
from technic_scanner.criteria.language import LANGUAGE_VERSION, MAX_COST
from technic_scanner.criteria.measures import bars_needed, cost_of, is_recursive
from technic_scanner.criteria.printer import canonical, heading_of
from technic_scanner.criteria.problems import CriteriaError, Problem, at, refused
from technic_scanner.criteria.tree import DAY, MARKET, Node, Scan, clauses, ordered

if TYPE_CHECKING:
    from technic_scanner.criteria.judging import Judgement
    from technic_scanner.criteria.panel import Panel
    from technic_scanner.screening.bars import FloatArray
    from technic_scanner.screening.bars import Panel as Bars


@dataclass(frozen=True)
class Criteria:
    """A checked text; equal where the canonical text is.

    ``text`` is as written, ``canonical`` the same in one spelling; ``tree`` is the typed tree and ``version`` that of
    the language. ``bars_needed``: bars until the newest value is known. ``history_bars``: bars that are worth reading;
    where it is ``recursive``, all that are stored. ``cost``: a bound of the cells read for one symbol's newest session.
    """

    text: str = field(compare=False)
    canonical: str
    tree: Scan = field(compare=False, repr=False)
    version: int = LANGUAGE_VERSION

    @property
    def kind(self) -> str:
        """The kind of the condition: yes/no."""
        return self.tree.where.kind

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each name given by let and of each own column, by its text."""
        named = {name: value.kind for name, value in self.tree.lets}
        return named | {heading_of(show): show.value.kind for show in self.tree.shows}

    @cached_property
    def bars_needed(self) -> int:
        """Bars until the newest value of everything that the text asks for is known."""
        return bars_needed(self.tree.roots)

    @cached_property
    def history_bars(self) -> int:
        """Bars that every window is full with."""
        return bars_needed(self.tree.roots, whole_windows=True)

    @cached_property
    def recursive(self) -> bool:
        """Whether a value depends on every stored bar."""
        return is_recursive(self.tree.roots)

    @cached_property
    def reads_periods(self) -> bool:
        """Whether weeks or months are read, for which the exchange's calendar counts."""
        frames = (node.frame for node in ordered(self.tree.roots))
        return any(frame is not None and frame.period != DAY for frame in frames)

    @cached_property
    def reads_market(self) -> bool:
        """Whether ``market.`` is read."""
        return any(node.frame is not None and node.frame.subject == MARKET for node in ordered(self.tree.roots))

    @cached_property
    def cost(self) -> int:
        """A bound of the cells read for one symbol's newest session."""
        return cost_of(self.tree.roots)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The names of bars, labels, indicators and scores that the text reads, in order."""
        named = (
            node for node in ordered(self.tree.roots) if node.op in {"field", "label", "column", "named", "sub_score"}
        )
        names = (f"{node.value}_score" if node.op == "sub_score" else str(node.value) for node in named)
        return tuple(dict.fromkeys(names))

    @cached_property
    def clauses(self) -> tuple[Node, ...]:
        """The conditions that are joined by ``and`` at the top."""
        return clauses(self.tree.where)

    @cached_property
    def hints(self) -> tuple[Problem, ...]:
        """What is probably meant otherwise, with its place: ``gap > 4``, where a gap is a fraction. No fault."""
        return tuple(at(self.text, *hint) for hint in hints(self.tree))

    def evaluate(self, panel: Panel | Bars, sessions: SupportsIndex = 1, *, threads: int | None = None) -> FloatArray:
        """Return (n, sessions), the newest session last: 1.0 where the condition is true, 0.0 false, NaN unknown.

        ``panel``: n symbols over T sessions, of which at most T are returned. A session on which a symbol has no bar is
        unknown. ``sessions``: a whole number of any integer type, at least 1; ValueError for anything else, True too.
        ``threads``: at most that many, by default one a core.
        """
        from technic_scanner.criteria.judging import truth  # noqa: PLC0415 - Numba is loaded when it is needed

        return truth(self, panel, _counted(sessions), threads)

    def judge(self, panel: Panel | Bars, *, threads: int | None = None, at_last_bar: bool = False) -> Judgement:
        """Return what the newest session's values are: who passes, counts by clause, reasons, own columns.

        ``at_last_bar``: those of each symbol's last bar, whichever session that is of.
        """
        from technic_scanner.criteria.judging import judge  # noqa: PLC0415 - as above

        return judge(self, panel, threads, at_last_bar=at_last_bar)

    def explain(self, panel: Panel | Bars, row: int | str) -> str:
        """Return why a symbol (its row or its name) does not pass, with the facts; that it passes if it does."""
        judged = self.judge(panel)
        return judged.explain(list(panel.symbols).index(row) if isinstance(row, str) else row)


def compile_text(text: str) -> Criteria:
    """Return the criteria of a text. Raises CriteriaError with every fault and its place; TypeError for no text."""
    if not isinstance(text, str):
        raise TypeError(f"a criteria is a text, not {type(text).__name__}")
    return _compiled(text)


@lru_cache(maxsize=256)
def _compiled(text: str) -> Criteria:
    from technic_scanner.criteria.reading import tree_of  # noqa: PLC0415 - the parser, for those who have a text

    criteria = Criteria(text, "", tree_of(text))
    criteria = Criteria(text, canonical(criteria.tree), criteria.tree)
    if criteria.cost > MAX_COST:
        raise refused(text, *_dearest(text, criteria))
    return criteria


def _dearest(text: str, criteria: Criteria) -> tuple[int, int, str]:
    """Return the place and the sentence of what to shorten: the part that costs the most."""
    roots = criteria.tree.roots
    calls = [node for node in ordered(roots) if node.op == "call"] or list(roots)
    costliest = max(calls, key=lambda node: cost_of([node]))
    sentence = (
        f"This reads up to {criteria.cost:,} cells for each symbol, and {MAX_COST:,} are allowed: shorten the windows, "
        "or put fewer of them into one another."
    )
    return costliest.start, min(costliest.stop, len(text)), sentence


def _counted(sessions: SupportsIndex) -> int:
    """Return a number of sessions as int. ValueError for what is no whole number; a bool is a mistake, not 1."""
    try:
        return sessions if isinstance(sessions, bool) else index(sessions)
    except TypeError:
        raise ValueError(f"sessions must be a whole number of at least 1, not {sessions!r}") from None


def check(text: str) -> dict[str, object]:
    """Return what a text is, or every fault of it with its place, as JSON types."""
    try:
        criteria = compile_text(text)
    except CriteriaError as error:
        return _document(None, error.places)
    return _document(criteria, ())


def _document(criteria: Criteria | None, places: tuple[Problem, ...]) -> dict[str, object]:
    return {
        "ok": criteria is not None,
        "canonical": None if criteria is None else criteria.canonical,
        "kind": None if criteria is None else criteria.kind,
        "bars_needed": None if criteria is None else criteria.bars_needed,
        "errors": [
            {"line": place.line, "column": place.column, "length": place.length, "message": place.message}
            for place in places
        ],
    }
