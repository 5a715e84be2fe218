"""Gives a client so long to send its request and no longer, as slow ones would hold the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio


class PatientProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, with deadlines for the header and the body of a request.

    Attributes
    ----------
    header_seconds, body_seconds : float
        How long each may take [s].
    least_bytes : int
        What a body that takes longer must bring each second.
    """

    header_seconds = 10.0
    body_seconds = 60.0
    least_bytes = 1024
    _deadline: asyncio.TimerHandle | None = None
    _received = 0
    _began = 0.0

    def connection_made(self, transport: Any) -> None:
        """Start the clock of a new connection."""
        super().connection_made(transport)
        self._wait(self.header_seconds)

    def data_received(self, data: bytes) -> None:
        """Take what came; a whole request stops the clock, the next one starts it again."""
        if self._deadline is None:
            self._wait(self.header_seconds)
        self._received += len(data)
        super().data_received(data)
        if self._is_whole():
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def _is_whole(self) -> bool:
        cycle = self.cycle
        return cycle is not None and not cycle.more_body

    def _wait(self, seconds: float) -> None:
        self._received, self._began = 0, self.loop.time()
        self._deadline = self.loop.call_later(seconds, self._late)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        """Close the connection, unless a body comes fast enough to be waited for."""
        spent = self.loop.time() - self._began
        in_body = self.cycle is not None and self.cycle.more_body
        if in_body and (spent < self.body_seconds or self._received >= self.least_bytes * spent):
            self._deadline = self.loop.call_later(self.header_seconds, self._late)
            return
        self._deadline = None
        self.transport.close()
