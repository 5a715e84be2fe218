"""The server's own state beside the ledger: jobs, users, sessions, tokens in `desk.db`.

All of it may change and may be lost without losing a number; nothing here is part of the ledger.
"""

from tanlu.storage.desk.file import DeskFile
from tanlu.storage.desk.jobs import JobRows
from tanlu.storage.desk.lock import ServerLock
from tanlu.storage.desk.model import Ending, Job, JobEvent, JobState, Told
from tanlu.storage.desk.people import PeopleRows, StoredSession, StoredToken, StoredUser
from tanlu.storage.desk.throttle import Backoff, FailureSum, LoginRows

__all__ = [
    "Backoff",
    "DeskFile",
    "Ending",
    "FailureSum",
    "Job",
    "JobEvent",
    "JobRows",
    "JobState",
    "LoginRows",
    "PeopleRows",
    "ServerLock",
    "StoredSession",
    "StoredToken",
    "StoredUser",
    "Told",
]
