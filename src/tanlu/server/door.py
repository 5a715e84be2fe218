"""How the server may be reached: address, hosts, accounts, encryption; no unsafe way."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field

from tanlu.kernel.errors import TanluError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server listens and whom it lets in.

    Parameters
    ----------
    host, port : str, int
        Address to listen on.
    names : tuple of str
        Further names under which browsers may ask for it.
    has_accounts : bool
        Whether people log in; always so where other machines can reach it.
    is_encrypted : bool
        TLS of its own, or of a proxy in front that is trusted.
    certificate, key : str
        Files of its own TLS; empty without.
    token : str
        Opens a local server to a browser whose owner the system cannot tell.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    has_accounts: bool = False
    is_encrypted: bool = False
    certificate: str = ""
    key: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def check(self) -> None:
        """Refuse an address other machines can reach without accounts or without encryption.

        Raises
        ------
        TanluError
            ``server.needs-accounts``, ``server.needs-encryption``.
        """
        if self.is_local:
            return
        if not self.has_accounts:
            raise TanluError("server.needs-accounts", host=self.host)
        if not self.is_encrypted:
            raise TanluError("server.needs-encryption", host=self.host)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """Address to open in a browser."""
        scheme = "https" if self.is_encrypted and self.certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}/"

    def admits_host(self, header: str) -> bool:
        """Tell whether a ``Host`` header names this server: others may be a rebound name."""
        name = header.rpartition(":")[0] if _has_port(header) else header
        known = (*self.names, self.host, *(LOOPBACK_NAMES if self.is_local else ()))
        return name.lower() in {one.lower() for one in known}


def _has_port(header: str) -> bool:
    port = header.rpartition(":")[2]
    return ":" in header and port.isdigit()
