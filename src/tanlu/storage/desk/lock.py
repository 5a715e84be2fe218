"""One server on each workspace: a lock the system lets go of when the process ends, however."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tanlu.kernel.errors import TanluError

LOCK_NAME = "desk.lock"
_OWNER_ONLY = 0o600
_SHOWN = 200


class ServerLock:
    """The right to run the jobs of a workspace, until `release` or the end of the process.

    Parameters
    ----------
    folder : Path
        Folder of the workspace.

    Raises
    ------
    TanluError
        ``desk.taken`` with the process and machine that have it; ``storage.not-a-workspace``;
        ``storage.read-only``.
    """

    def __init__(self, folder: Path) -> None:
        path = Path(folder) / LOCK_NAME
        try:
            self._handle = os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY)
        except FileNotFoundError as error:
            raise TanluError("storage.not-a-workspace", folder=folder) from error
        except OSError as error:
            raise TanluError("storage.read-only", folder=folder) from error
        try:
            _take(self._handle)
        except OSError as error:
            os.lseek(self._handle, 1, os.SEEK_SET)  # the first byte may be locked for reading too
            holder = os.read(self._handle, _SHOWN).decode("utf-8", "replace")
            self.release()
            raise TanluError("desk.taken", folder=folder, holder=holder.strip()) from error
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f" {os.getpid()} @ {socket.gethostname()}\n".encode())

    def release(self) -> None:
        """Let another server have it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _take(handle: int) -> None:
    """Take the lock or raise OSError at once; the system lets it go when the handle closes."""
    if os.name == "nt":
        import msvcrt  # noqa: PLC0415 - of that system alone

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl  # noqa: PLC0415 - of these systems alone

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
