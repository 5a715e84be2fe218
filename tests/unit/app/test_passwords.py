"""Passwords: refused before anything is hashed, and hashed as the standard says."""

from __future__ import annotations

import re
import threading
import unicodedata

import pytest

from tanlu.app import passwords
from tanlu.kernel.errors import TanluError

GOOD = "wet copper lamp 41"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "灯塔 咖啡 手套 冬天 石头 三月",
        "x7#Kp2!vQz9m",
        "a" * 20 + "bcd efgh ijkl",
        "correct horse battery staple",
        "".join(chr(0x4E00 + n * 7) for n in range(330)),
    ],
)
def test_long_and_unguessed_passwords_are_taken(password: str) -> None:
    passwords.check(password, name="ann")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "accounts.password-short"),
        ("short1!", "accounts.password-short"),
        ("elevenchars", "accounts.password-short"),
        ("e\u0301" * 11, "accounts.password-short"),  # 22 code points, 11 characters
        ("灯塔咖啡手套冬天石头三", "accounts.password-short"),
        ("x7#Kp2!vQz9m" * 86, "accounts.password-long"),
        ("灯塔咖啡手套冬天石头三月" * 29, "accounts.password-long"),
        pytest.param("a\U0001f600" * 2_000_000, "accounts.password-long", id="10 MB"),
        ("wet copper\x00 lamp 41", "accounts.password-unreadable"),
        ("wet copper\n lamp 41", "accounts.password-unreadable"),
        ("wet copper\ud800 lamp 41", "accounts.password-unreadable"),
        ("1qaz2wsx3edc", "accounts.password-common"),
        ("Qwerty123456", "accounts.password-common"),
        ("ADMINISTRATOR", "accounts.password-common"),
        ("Sunshine2024!!", "accounts.password-common"),
        ("2024!!Dragon##", "accounts.password-common"),
        ("passwordpassword", "accounts.password-common"),
        ("abcabcabcabca", "accounts.password-common"),
        ("aaaaaaaaaaaab", "accounts.password-common"),
        ("112211221122", "accounts.password-common"),
        ("abcdefghijklm", "accounts.password-common"),
        ("mlkjihgfedcba", "accounts.password-common"),
        ("345678901234", "accounts.password-common"),
        ("qwertyuiopas", "accounts.password-common"),
        ("my Li.Hua is here", "accounts.password-common"),
        ("tanlu wet copper", "accounts.password-common"),
    ],
)
def test_guessed_short_long_and_unreadable_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(TanluError) as refused:
        passwords.check(password, name="li.hua")

    assert refused.value.code == code
    assert all(password not in text for text in refused.value.facts.values() if password)


def test_thousands_of_the_commonest_are_known() -> None:
    listed = passwords._words("common")  # noqa: SLF001 - the list itself is asked about

    assert len(listed) > 2900
    assert {"123456", "password", "iloveyou"} <= listed
    assert all(word == word.casefold() for word in listed)
    for word in listed:
        if len(word) >= 12:
            with pytest.raises(TanluError):
                passwords.check(word, name="ann")


def test_a_hash_has_the_parameters_of_rfc_9106_for_little_memory() -> None:
    hash_ = passwords.hashed(GOOD)

    assert re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", hash_)
    assert passwords.matches(GOOD, hash_)
    assert not passwords.matches(GOOD + " ", hash_)
    assert not passwords.needs_rehash(hash_)
    assert hash_ != passwords.hashed(GOOD)


def test_composition_does_not_matter() -> None:
    composed = unicodedata.normalize("NFC", "café wet copper lamp")
    hash_ = passwords.hashed(composed)

    assert passwords.matches(unicodedata.normalize("NFD", composed), hash_)


@pytest.mark.parametrize("hash_", ["", "no hash", "$argon2id$v=19$m=1,t=1,p=1$xx$yy"])
def test_what_is_no_hash_matches_nothing(hash_: str) -> None:
    assert not passwords.matches("", hash_)
    assert not passwords.matches(GOOD, hash_)


def test_strange_passwords_are_only_wrong() -> None:
    hash_ = passwords.hashed(GOOD)

    for strange in ("", "\x00", GOOD + "\x00", "\ud800", "x" * 1_000_000):
        assert not passwords.matches(strange, hash_)


def test_an_older_hash_is_to_be_made_anew() -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415 - an oracle of weaker parameters

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)

    assert passwords.matches(GOOD, weak)
    assert passwords.needs_rehash(weak)


def test_hashes_in_flight_are_held_to_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    first = passwords.hasher()
    real = type(first).hash

    def counted(self: object, password: bytes) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return real(first, password)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(type(first), "hash", counted)
    monkeypatch.setattr(passwords._Turn, "_free", threading.BoundedSemaphore(2))  # noqa: SLF001
    threads = [threading.Thread(target=passwords.hashed, args=(GOOD,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2


def test_a_long_queue_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(passwords._Turn, "_free", full)  # noqa: SLF001
    monkeypatch.setitem(passwords._limits(), "login_hash_wait_s", 0)  # noqa: SLF001

    with pytest.raises(TanluError, match=r"accounts\.busy"):
        passwords.hashed(GOOD)


def test_one_time_passwords_are_long_different_and_taken() -> None:
    made = {passwords.one_time() for _ in range(100)}

    assert len(made) == 100
    for password in made:
        passwords.check(password, name="ann")
        assert len(password) >= 20
