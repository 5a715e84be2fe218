"""Where the server may listen and under which names it is asked for."""

from __future__ import annotations

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.server.door import Door


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_needs_nothing(host: str) -> None:
    Door(host=host).check()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "energy.example"])  # noqa: S104
def test_other_machines_need_accounts_and_encryption(host: str) -> None:
    with pytest.raises(TanluError, match="needs-accounts"):
        Door(host=host).check()
    with pytest.raises(TanluError, match="needs-encryption"):
        Door(host=host, has_accounts=True).check()
    Door(host=host, has_accounts=True, is_encrypted=True).check()


@pytest.mark.parametrize(
    ("header", "admitted"),
    [
        ("127.0.0.1:8765", True),
        ("localhost:8765", True),
        ("LOCALHOST", True),
        ("[::1]:8765", True),
        ("rebound.example:8765", False),
        ("127.0.0.1.rebound.example", False),
        ("", False),
    ],
)
def test_a_local_server_answers_to_its_own_names_alone(header: str, *, admitted: bool) -> None:
    assert Door().admits_host(header) is admitted


def test_a_named_server_answers_to_its_name() -> None:
    door = Door(host="0.0.0.0", names=("tanlu.plant",), has_accounts=True, is_encrypted=True)  # noqa: S104

    assert door.admits_host("tanlu.plant:443")
    assert not door.admits_host("localhost")
