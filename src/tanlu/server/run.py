"""Listens until it is told to stop; slow and huge requests are cut off."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import uvicorn

from tanlu.kernel.errors import TanluError
from tanlu.server.application import build
from tanlu.server.patience import PatientProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.app.desk import Desk
    from tanlu.server.door import Door

_CONNECTIONS = 1000
_HEADER_BYTES = 64 * 1024
_SECONDS_TO_STOP = 3


def serve(desk: Desk, door: Door, *, ready: Callable[[], None]) -> None:
    """Serve a desk until the process is interrupted.

    Parameters
    ----------
    desk : Desk
    door : Door
    ready : callable
        Called once, when connections are accepted.

    Raises
    ------
    TanluError
        ``server.port-taken``; those of `Door.check`.
    """
    application = build(desk, door)
    listener = _listen(door)
    ready()
    config = uvicorn.Config(
        application,
        http=PatientProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_graceful_shutdown=_SECONDS_TO_STOP,
        ssl_certfile=door.certificate or None,
        ssl_keyfile=door.key or None,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(door: Door) -> socket.socket:
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((door.host, door.port))
        listener.listen(_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise TanluError(
            "server.port-taken", host=door.host, port=door.port, reason=error.strerror
        ) from error
    listener.setblocking(False)
    return listener
