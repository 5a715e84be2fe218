"""What the desk keeps, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # the server ended before the job did

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True, slots=True)
class Told:
    """How far a job is.

    Parameters
    ----------
    stage : str
        Code of a sentence.
    fraction : float or None
        Share done, 0 to 1 [-]; None where nobody knows.
    gap : float or None
        Proven distance from the best plan, 0 to 1 [-].
    facts : Mapping
        The words of the sentence.
    """

    stage: str = ""
    fraction: float | None = None
    gap: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended: with a result, or with the code and facts of an error."""

    state: JobState
    result: Mapping[str, Any] | None = None
    error_code: str = ""
    error_facts: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work as it stands.

    Parameters
    ----------
    id : str
        Random, fit for an address.
    kind, arguments, by : str, Mapping, str
        What is done, with what, for whom.
    created_at, started_at, ended_at : datetime or None
        Of its life.
    told : Told
        How far it is.
    ending : Ending
        Its state, and its result or error once it is over.
    """

    id: str
    kind: str
    arguments: Mapping[str, Any]
    by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    told: Told
    ending: Ending

    @property
    def state(self) -> JobState:
        """Where it is in its life."""
        return self.ending.state


class JobEvent(NamedTuple):
    """What listeners of a job hear: ids of one job increase; a heartbeat repeats the last id."""

    id: int
    kind: str  # progress, done, failed, cancelled, interrupted, heartbeat
    body: Mapping[str, Any]
