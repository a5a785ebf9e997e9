"""The suite that every run store must pass; ``StoreContract`` gathers its parts."""

from __future__ import annotations

from technic_scanner.testing.stores.alerts import AlertContract
from technic_scanner.testing.stores.claim_race import ClaimRaceContract
from technic_scanner.testing.stores.events import EventContract
from technic_scanner.testing.stores.listing import ListingContract
from technic_scanner.testing.stores.lost_workers import LostWorkerContract
from technic_scanner.testing.stores.named_versions import NamedVersionsContract
from technic_scanner.testing.stores.notes import NoteContract
from technic_scanner.testing.stores.past_picks import PastPickContract
from technic_scanner.testing.stores.presets import PresetContract
from technic_scanner.testing.stores.results import ResultContract
from technic_scanner.testing.stores.retention import RetentionContract
from technic_scanner.testing.stores.run_life import RunLifeContract
from technic_scanner.testing.stores.same_config import SameConfigContract
from technic_scanner.testing.stores.schedules import ScheduleContract
from technic_scanner.testing.stores.trials import TrialContract

__all__ = ["StoreContract"]


class StoreContract(
    RunLifeContract,
    LostWorkerContract,
    EventContract,
    ResultContract,
    ListingContract,
    SameConfigContract,
    PastPickContract,
    PresetContract,
    NamedVersionsContract,
    TrialContract,
    NoteContract,
    ScheduleContract,
    AlertContract,
    RetentionContract,
    ClaimRaceContract,
):
    """What every ``runs.ports.Store`` must hold. Subclass it and give it three fixtures.

    ``clock`` is a ManualClock; ``store`` is an empty store on that clock; ``reopened`` is a function without arguments
    that opens the same data once more, as another process would.
    """
