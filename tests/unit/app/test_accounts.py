"""Login, sessions and tokens: what lets in, what ends, and what the ledger is told."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

from tanlu.app import accounts, clock, passwords, tokens, users
from tanlu.app.access import Kind, Role, can
from tanlu.app.users import UserDraft
from tanlu.kernel.errors import TanluError
from tanlu.storage import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tanlu.storage import Event, Workspace

WORD = "wet copper lamp 41"
OTHER = "slow marble window 7"
HOME = "10.0.0.7"


class Watch:
    """A clock that a test winds."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def wind(self, **parts: float) -> datetime:
        """Go on, and return the time."""
        self.now += timedelta(**parts)
        return self.now


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with little time and memory; `test_passwords` holds the real parameters."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords._decoy.cache_clear()  # noqa: SLF001 - made with the parameters of today
    monkeypatch.setattr(passwords, "hasher", lambda: quick)
    yield
    passwords._decoy.cache_clear()  # noqa: SLF001


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def works(company: Workspace, watch: Watch) -> Iterator[Workspace]:
    """Return a workspace with the users ann, an admin, and ben, who enters data of the north."""
    users.add_user(company, UserDraft("Ann", "admin", password=WORD))
    users.add_user(company, UserDraft("ben", "data_entry", sites=("north",), password=WORD))
    yield company
    accounts.desk_of(company.folder).close()


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count what costs time: verifications and hashes of argon2."""
    passwords.matches(WORD, "")  # the decoy is made before anything is counted
    counts = {"verify": 0, "hash": 0}
    kind = type(passwords.hasher())
    for name in counts:
        real = getattr(kind, name)

        def counted(*given: Any, name: str = name, real: Any = real) -> Any:
            counts[name] += 1
            return real(*given)

        monkeypatch.setattr(kind, name, counted)
    return counts


def failed(
    works: Workspace, watch: Watch, name: str = "ann", password: str = OTHER, **more: str
) -> str:
    """Try to log in and return the code of the refusal."""
    return code_of(lambda: log_in(works, watch, name, password, **more))


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(TanluError) as refused:
        call()
    return refused.value.code


def log_in(
    works: Workspace, watch: Watch, name: str = "ann", password: str = WORD, **more: str
) -> accounts.Opened:
    given = {"address": HOME} | more
    return accounts.login(works, name, password, now=watch.now, **given)


def noted(works: Workspace, action: str) -> list[Event]:
    return [event for event in works.events() if event.action == action]


# Login


@pytest.mark.parametrize("typed", ["Ann", "ann", " ANN ", "\uff21nn"])
def test_a_user_logs_in_whatever_the_case_and_width_of_the_name(
    works: Workspace, watch: Watch, typed: str
) -> None:
    opened = log_in(works, watch, typed)

    assert opened.session.principal.name == "Ann"
    assert opened.session.principal.role is Role.ADMIN
    assert opened.session.principal.kind is Kind.USER
    assert not opened.session.must_change


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", OTHER),
        ("ann", ""),
        ("ann", WORD + "\x00"),
        ("ann", "x" * 4096),
        ("nobody", WORD),
        ("", ""),
        ("\x00", WORD),
        ("\ud800", WORD),
        ("a" * 100_000, WORD),
        ("ann' OR '1'='1", WORD),
    ],
)
def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(
    works: Workspace, watch: Watch, hashes: dict[str, int], name: str, password: str
) -> None:
    with pytest.raises(TanluError) as refused:
        log_in(works, watch, name, password)

    assert (refused.value.code, refused.value.facts) == ("accounts.login", {})
    assert hashes == {"verify": 1, "hash": 0}


def test_a_good_login_costs_one_verification_too(
    works: Workspace, watch: Watch, hashes: dict[str, int]
) -> None:
    log_in(works, watch)

    assert hashes == {"verify": 1, "hash": 0}


def test_a_weaker_hash_is_made_anew_at_login(works: Workspace, watch: Watch) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(WORD)
    people = users.people_of(works)
    people.set_password("ann", weak, one_time_until=None)
    log_in(works, watch)

    user = people.user("ann")
    assert user
    assert user.password_hash != weak
    assert not passwords.needs_rehash(user.password_hash)
    assert user.login_at == watch.now
    log_in(works, watch)


def test_an_account_that_has_ended_is_no_account(works: Workspace, watch: Watch) -> None:
    last = date(2026, 3, 4)
    users.add_user(works, UserDraft("vera", "verifier", expires=last, password=WORD))
    opened = log_in(works, watch, "vera")
    token = tokens.add_token(works, "vera", actions=["view"])["secret"]
    watch.wind(days=5)

    assert code_of(lambda: log_in(works, watch, "vera")) == "accounts.login"
    assert accounts.session(works.folder, opened.id, now=watch.now) is None
    assert accounts.token_principal(works.folder, token, now=watch.now) is None


# Back-off


def test_after_five_failures_the_next_try_waits_and_each_wait_is_longer(
    works: Workspace, watch: Watch
) -> None:
    for _ in range(5):
        assert failed(works, watch) == "accounts.login"
    waits = []
    for _ in range(6):
        with pytest.raises(TanluError) as refused:
            log_in(works, watch)
        assert refused.value.code == "accounts.wait"
        waits.append(int(refused.value.facts["seconds"]))
        watch.wind(seconds=waits[-1])
        assert failed(works, watch) == "accounts.login"

    assert waits == [60, 120, 240, 480, 900, 900]


def test_a_try_that_has_to_wait_costs_no_hash_and_does_not_lengthen_the_wait(
    works: Workspace, watch: Watch, hashes: dict[str, int]
) -> None:
    for _ in range(5):
        failed(works, watch)
    for _ in range(50):
        assert code_of(lambda: log_in(works, watch)) == "accounts.wait"
    watch.wind(seconds=60)

    assert log_in(works, watch).session.principal.name == "Ann"  # never locked out
    assert hashes["verify"] == 6


def test_tries_at_the_same_moment_are_counted_before_they_are_looked_at(
    works: Workspace, watch: Watch, hashes: dict[str, int]
) -> None:
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda _: failed(works, watch), range(30)))

    assert Counter(found) == {"accounts.login": 5, "accounts.wait": 25}
    assert hashes["verify"] == 5


def test_many_people_log_in_and_work_at_once(works: Workspace, watch: Watch) -> None:
    def work(n: int) -> bool:
        opened = log_in(works, watch, ("ann", "ben")[n % 2], address=f"10.3.0.{n}")
        later = watch.now + timedelta(minutes=1)  # late enough for the use to be written
        good = [accounts.session(works.folder, opened.id, now=later) for _ in range(10)]
        accounts.logout(works.folder, opened.id)
        return all(good) and accounts.session(works.folder, opened.id, now=later) is None

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(40)))


def test_somebody_elses_failures_do_not_keep_a_user_out(works: Workspace, watch: Watch) -> None:
    for _ in range(6):
        failed(works, watch, address="203.0.113.9")

    assert code_of(lambda: log_in(works, watch, address="203.0.113.9")) == "accounts.wait"
    assert log_in(works, watch).session.principal.name == "Ann"


def test_many_names_from_one_address_wait(works: Workspace, watch: Watch) -> None:
    found = [failed(works, watch, f"user{n}") for n in range(21)]

    assert found == ["accounts.login"] * 20 + ["accounts.wait"]
    assert log_in(works, watch, address="10.0.0.8").session.principal.name == "Ann"


def test_many_addresses_at_one_name_wait(works: Workspace, watch: Watch) -> None:
    found = [failed(works, watch, address=f"198.51.100.{n}") for n in range(21)]

    assert found == ["accounts.login"] * 20 + ["accounts.wait"]


def test_a_good_login_forgives_and_good_logins_never_wait(works: Workspace, watch: Watch) -> None:
    for _ in range(3):
        for _ in range(4):
            failed(works, watch)
        log_in(works, watch)
    for _ in range(25):
        log_in(works, watch, "ben", address="10.0.0.9")


def test_failures_are_forgotten_after_a_quiet_hour(works: Workspace, watch: Watch) -> None:
    for _ in range(5):
        failed(works, watch)
    watch.wind(hours=1, seconds=1)

    for _ in range(5):
        assert failed(works, watch) == "accounts.login"


def test_a_clock_that_goes_back_does_not_lengthen_the_wait(works: Workspace, watch: Watch) -> None:
    for _ in range(5):
        failed(works, watch)
    watch.wind(days=-1)

    with pytest.raises(TanluError) as refused:
        log_in(works, watch)
    assert int(refused.value.facts["seconds"]) <= 60


# What the ledger is told


def test_failed_logins_are_summed_into_one_event(works: Workspace, watch: Watch) -> None:
    for n in range(3):
        failed(works, watch, address=f"10.1.0.{n}")
    code_of(lambda: log_in(works, watch, "hunter2 typed in the wrong field"))
    assert noted(works, "login-failures") == []
    log_in(works, watch)

    (event,) = noted(works, "login-failures")
    assert event.payload["count"] == 4
    assert event.payload["users"] == {"ann": 3}
    assert event.payload["unknown"] == 1
    assert event.payload["addresses_in_all"] == 4
    log_in(works, watch)
    assert len(noted(works, "login-failures")) == 1


def test_an_attack_without_a_good_login_is_told_every_ten_minutes(
    works: Workspace, watch: Watch
) -> None:
    for n in range(121):
        failed(works, watch, f"user{n}", address=f"10.2.0.{n}")
        watch.wind(seconds=15)

    told = noted(works, "login-failures")
    assert len(told) == 2
    assert [event.payload["unknown"] for event in told] == [41, 41]
    assert [str(event.payload["addresses"]).count("10.2.0.") for event in told] == [20, 20]


def test_no_secret_is_in_the_ledger_or_the_desk_and_the_chain_holds(
    works: Workspace, watch: Watch
) -> None:
    one_time = users.add_user(works, UserDraft("cleo", "viewer"))["password"]
    opened = log_in(works, watch)
    code_of(lambda: log_in(works, watch, "cleo", "canary-wrong-password"))
    token = tokens.add_token(works, "ann")["secret"]
    changed = accounts.change_password(works, opened.id, old=WORD, new=OTHER, now=watch.now)
    log_in(works, watch, password=OTHER)

    ledger = json.dumps([event.payload for event in works.events()], default=str)
    stored = b"".join(path.read_bytes() for path in works.folder.glob("desk.db*"))
    secret = [one_time, WORD, OTHER, "canary-wrong-password", token, opened.id, changed.id]
    for text in [*secret, opened.session.csrf]:
        assert text not in ledger
        assert text.encode() not in stored
    assert verify(works.folder).failures == ()


def test_each_change_of_an_account_is_an_event_under_the_name_of_who_did_it(
    works: Workspace,
) -> None:
    with clock.acting("Ann"):
        users.add_user(works, UserDraft("cleo", "viewer"))
        users.change_role(works, "cleo", "reviewer", sites=["south"])
        users.reset_password(works, "cleo")
        made = tokens.add_token(works, "cleo")
        tokens.revoke_token(works, made["token"]["id"])
        users.end_sessions(works, "cleo")
        users.remove_user(works, "cleo")

    done = [event for event in works.events() if event.actor == "Ann"]
    assert [event.action for event in done] == [
        "user-add", "user-role", "password", "token-add", "token-revoke", "sessions-end",
        "user-remove",
    ]  # fmt: skip
    role = done[1].payload
    assert (role["before"], role["role"], role["sites"]) == ("viewer", "reviewer", ["south"])


# Sessions


def test_a_login_never_takes_the_id_a_browser_brings(works: Workspace, watch: Watch) -> None:
    fixed = secrets.token_urlsafe(32)
    opened = log_in(works, watch, old=fixed)

    assert opened.id != fixed
    assert accounts.session(works.folder, fixed, now=watch.now) is None


def test_a_login_ends_the_session_before_it(works: Workspace, watch: Watch) -> None:
    first = log_in(works, watch)
    second = log_in(works, watch, old=first.id)

    assert first.id != second.id
    assert first.session.csrf != second.session.csrf
    assert accounts.session(works.folder, first.id, now=watch.now) is None
    assert accounts.session(works.folder, second.id, now=watch.now) == second.session


def test_a_failed_login_leaves_the_session_before_it(works: Workspace, watch: Watch) -> None:
    first = log_in(works, watch)
    code_of(lambda: log_in(works, watch, password=OTHER, old=first.id))

    assert accounts.session(works.folder, first.id, now=watch.now)


def test_a_session_id_has_256_bits_and_is_kept_as_a_hash(works: Workspace, watch: Watch) -> None:
    ids = {log_in(works, watch).id for _ in range(5)}

    assert len(ids) == 5
    assert all(len(one) == 43 for one in ids)
    stored = b"".join(path.read_bytes() for path in works.folder.glob("desk.db*"))
    assert not [one for one in ids if one.encode() in stored]


def test_logging_out_ends_the_session_here(works: Workspace, watch: Watch) -> None:
    opened = log_in(works, watch)
    accounts.logout(works.folder, opened.id)

    assert accounts.session(works.folder, opened.id, now=watch.now) is None
    accounts.logout(works.folder, opened.id)
    accounts.logout(works.folder, "")


def test_an_idle_session_ends_and_a_used_one_lives_on(works: Workspace, watch: Watch) -> None:
    idle, used = log_in(works, watch), log_in(works, watch)
    for _ in range(4):
        watch.wind(minutes=10)
        assert accounts.session(works.folder, used.id, now=watch.now)

    assert accounts.session(works.folder, idle.id, now=watch.now) is None
    watch.wind(minutes=29)
    assert accounts.session(works.folder, used.id, now=watch.now)
    watch.wind(minutes=30)
    assert accounts.session(works.folder, used.id, now=watch.now) is None
    watch.wind(minutes=-30)
    assert accounts.session(works.folder, used.id, now=watch.now) is None  # ended for good


def test_a_used_session_ends_after_twelve_hours(works: Workspace, watch: Watch) -> None:
    opened = log_in(works, watch)
    alive = 0
    for _ in range(60):
        watch.wind(minutes=15)
        alive += accounts.session(works.folder, opened.id, now=watch.now) is not None

    assert alive == 47
    assert opened.session.ends_at - opened.session.created_at == timedelta(hours=12)


def test_a_clock_that_goes_back_ends_sessions(works: Workspace, watch: Watch) -> None:
    opened = log_in(works, watch)

    assert accounts.session(works.folder, opened.id, now=watch.now - timedelta(seconds=5))
    assert accounts.session(works.folder, opened.id, now=watch.now - timedelta(hours=1)) is None


def test_tampered_and_invented_ids_open_nothing(works: Workspace, watch: Watch) -> None:
    good = log_in(works, watch).id
    tampered = [good[:-1], good + "A", good.swapcase(), good[::-1], f" {good}", f"{good}\x00"]
    tampered += [good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :] for n in range(43)]
    strange = ["", "x" * 1_000_000, "\ud800", "' OR 1=1 --", "%", "../desk.db"]
    invented = [secrets.token_urlsafe(32) for _ in range(1000)]
    found = [
        one
        for one in [*tampered, *strange, *invented]
        if accounts.session(works.folder, one, now=watch.now)
    ]

    assert found == []
    assert accounts.session(works.folder, good, now=watch.now)


def test_another_role_counts_at_once_and_ends_the_sessions(works: Workspace, watch: Watch) -> None:
    opened = log_in(works, watch, "ben")
    token = tokens.add_token(works, "ben", actions=["view", "import"])["secret"]
    users.change_role(works, "ben", "viewer")

    assert accounts.session(works.folder, opened.id, now=watch.now) is None
    principal = accounts.token_principal(works.folder, token, now=watch.now)
    assert principal
    assert principal.role is Role.VIEWER
    assert not can(principal, "import")


def test_removing_a_user_ends_sessions_and_tokens(works: Workspace, watch: Watch) -> None:
    opened = log_in(works, watch, "ben")
    token = tokens.add_token(works, "ben")["secret"]
    users.remove_user(works, "ben")

    assert accounts.session(works.folder, opened.id, now=watch.now) is None
    assert accounts.token_principal(works.folder, token, now=watch.now) is None
    assert code_of(lambda: log_in(works, watch, "ben")) == "accounts.login"


def test_ending_the_sessions_of_a_user_leaves_those_of_others(
    works: Workspace, watch: Watch
) -> None:
    ann, ben, ben_again = (log_in(works, watch, name) for name in ("ann", "ben", "ben"))

    assert users.end_sessions(works, "ben")["ended"] == 2
    alive = [accounts.session(works.folder, one.id, now=watch.now) for one in (ann, ben, ben_again)]
    assert [one is not None for one in alive] == [True, False, False]


def test_without_a_desk_nobody_has_a_session_and_none_is_made(company: Workspace) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)

    assert accounts.session(company.folder, "x" * 43, now=now) is None
    assert accounts.token_principal(company.folder, "tnl_" + "x" * 43, now=now) is None
    assert not (company.folder / "desk.db").exists()


# Passwords


def test_a_one_time_password_allows_nothing_but_another_password(
    works: Workspace, watch: Watch
) -> None:
    made = users.add_user(works, UserDraft("cleo", "admin"))
    opened = log_in(works, watch, "cleo", made["password"])

    assert opened.session.must_change
    assert not can(opened.session.principal, "view")
    assert can(opened.session.principal, "password", owner="cleo")
    changed = accounts.change_password(
        works, opened.id, old=made["password"], new=OTHER, now=watch.now
    )
    assert not changed.session.must_change
    assert can(changed.session.principal, "account")
    assert accounts.session(works.folder, opened.id, now=watch.now) is None
    assert code_of(lambda: log_in(works, watch, "cleo", made["password"])) == "accounts.login"


def test_a_one_time_password_lasts_three_days(works: Workspace, watch: Watch) -> None:
    made = users.add_user(works, UserDraft("cleo", "viewer"))
    again = users.add_user(works, UserDraft("cleo2", "viewer"))
    watch.wind(hours=71)
    log_in(works, watch, "cleo", made["password"])
    watch.wind(hours=1)

    assert code_of(lambda: log_in(works, watch, "cleo2", again["password"])) == "accounts.login"


def test_changing_the_password_ends_all_other_sessions(works: Workspace, watch: Watch) -> None:
    here, there = log_in(works, watch), log_in(works, watch)
    new = accounts.change_password(works, here.id, old=WORD, new=OTHER, now=watch.now)

    alive = [accounts.session(works.folder, one.id, now=watch.now) for one in (here, there, new)]
    assert [one is not None for one in alive] == [False, False, True]
    assert code_of(lambda: log_in(works, watch)) == "accounts.login"
    log_in(works, watch, password=OTHER)


def test_a_password_is_changed_only_by_who_knows_it(works: Workspace, watch: Watch) -> None:
    opened = log_in(works, watch)

    def change(old: str, new: str) -> str:
        return code_of(
            lambda: accounts.change_password(works, opened.id, old=old, new=new, now=watch.now)
        )

    assert change(WORD, WORD) == "accounts.password-same"
    assert change(WORD, "password1234") == "accounts.password-common"
    assert [change(OTHER, OTHER + "x") for _ in range(5)] == ["accounts.password-wrong"] * 5
    assert change(WORD, OTHER) == "accounts.wait"
    accounts.logout(works.folder, opened.id)
    assert change(WORD, OTHER) == "accounts.session"


def test_a_password_that_was_reset_ends_the_old_one(works: Workspace, watch: Watch) -> None:
    opened = log_in(works, watch, "ben")
    reset = users.reset_password(works, "BEN")

    assert reset["user"]["state"] == "one_time"
    assert accounts.session(works.folder, opened.id, now=watch.now) is None
    assert code_of(lambda: log_in(works, watch, "ben")) == "accounts.login"
    assert log_in(works, watch, "ben", reset["password"]).session.must_change
    named = users.reset_password(works, "ben", password=OTHER)
    assert named["password"] is None
    assert not log_in(works, watch, "ben", OTHER).session.must_change


# Users


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (UserDraft("", "viewer"), "accounts.name"),
        (UserDraft("  ", "viewer"), "accounts.name"),
        (UserDraft("a\x00b", "viewer"), "accounts.name"),
        (UserDraft("a\u202eb", "viewer"), "accounts.name"),
        (UserDraft("a" * 65, "viewer"), "accounts.name"),
        (UserDraft("ANN", "viewer"), "accounts.user-exists"),
        (UserDraft("cleo", "root"), "accounts.role-unknown"),
        (UserDraft("cleo", "Admin"), "accounts.role-unknown"),
        (UserDraft("cleo", "data_entry"), "accounts.sites-needed"),
        (UserDraft("cleo", "data_entry", sites=("west",)), "accounts.site-unknown"),
        (UserDraft("cleo", "admin", sites=("north",)), "accounts.sites-not-for"),
        (UserDraft("cleo", "viewer", expires=date(2026, 2, 1)), "accounts.expires-past"),
        (UserDraft("cleo", "viewer", password="short"), "accounts.password-short"),  # noqa: S106
        (UserDraft("cleo", "viewer", password="cleopatra 2026"), "accounts.password-common"),  # noqa: S106
    ],
)
def test_a_wrong_account_is_refused_whole(works: Workspace, draft: UserDraft, code: str) -> None:
    before = users.list_users(works)

    assert code_of(lambda: users.add_user(works, draft)) == code
    assert users.list_users(works) == before


@pytest.mark.parametrize(("role", "days"), [("verifier", 90), ("supplier_guest", 30)])
def test_verifiers_and_guests_have_an_end_unless_told(
    works: Workspace, watch: Watch, role: str, days: int
) -> None:
    made = users.add_user(works, UserDraft("vera", role))["user"]
    given = users.change_role(works, "ben", role)["user"]

    ends = (watch.now + timedelta(days=days)).isoformat()
    assert (made["expires_at"], given["expires_at"]) == (ends, ends)


def test_there_is_always_an_admin(works: Workspace) -> None:
    assert code_of(lambda: users.remove_user(works, "ann")) == "accounts.last-admin"
    assert code_of(lambda: users.change_role(works, "ann", "viewer")) == "accounts.last-admin"
    users.change_role(works, "ben", "admin")
    users.change_role(works, "ann", "viewer")
    users.remove_user(works, "ann")

    assert [user["name"] for user in users.list_users(works)["users"]] == ["ben"]


@pytest.mark.parametrize(
    "call",
    [
        lambda works: users.change_role(works, "nobody", "viewer"),
        lambda works: users.remove_user(works, "nobody"),
        lambda works: users.reset_password(works, "nobody"),
        lambda works: users.end_sessions(works, "nobody"),
        lambda works: tokens.add_token(works, "nobody"),
    ],
)
def test_an_unknown_user_is_named(works: Workspace, call: Callable[[Workspace], object]) -> None:
    assert code_of(lambda: call(works)) == "accounts.user-unknown"


def test_a_listed_user_shows_nothing_secret(works: Workspace, watch: Watch) -> None:
    log_in(works, watch)
    ann, ben = users.list_users(works)["users"]

    assert ann == {
        "name": "Ann", "role": "admin", "sites": [], "state": "active",
        "created_at": watch.now.isoformat(), "expires_at": None, "one_time_until": None,
        "login_at": watch.now.isoformat(),
    }  # fmt: skip
    assert (ben["sites"], ben["login_at"]) == (["north"], None)


# Tokens


def test_a_token_acts_for_its_user_within_its_actions(works: Workspace, watch: Watch) -> None:
    made = tokens.add_token(works, "ben", actions=["view", "import"], label="meter gateway")
    principal = accounts.token_principal(works.folder, made["secret"], now=watch.now)

    assert made["secret"].startswith("tnl_")
    assert principal
    assert (principal.name, principal.role, principal.kind) == (
        "ben", Role.DATA_ENTRY, Kind.TOKEN,
    )  # fmt: skip
    assert can(principal, "import", site="north")
    assert not can(principal, "import", site="south")
    assert not can(principal, "correct", site="north")
    (listed,) = tokens.list_tokens(works)["tokens"]
    assert listed["used_at"] == watch.now.isoformat()
    assert listed["label"] == "meter gateway"
    assert made["secret"] not in json.dumps(tokens.list_tokens(works))


def test_all_actions_are_those_of_the_role_without_accounts(works: Workspace, watch: Watch) -> None:
    secret = tokens.add_token(works, "ann", actions=["all"])["secret"]
    principal = accounts.token_principal(works.folder, secret, now=watch.now)

    assert principal
    assert can(principal, "plan")
    assert not any(can(principal, action) for action in ("account", "password", "token"))


@pytest.mark.parametrize(
    ("name", "actions", "code"),
    [
        ("ann", [], "accounts.actions-unknown"),
        ("ann", ["everything"], "accounts.actions-unknown"),
        ("ann", ["account"], "accounts.actions-refused"),
        ("ann", ["view", "token"], "accounts.actions-refused"),
        ("ben", ["plan"], "accounts.actions-refused"),
    ],
)
def test_a_token_is_given_no_more_than_its_role_has(
    works: Workspace, name: str, actions: list[str], code: str
) -> None:
    assert code_of(lambda: tokens.add_token(works, name, actions=actions)) == code
    assert tokens.list_tokens(works)["tokens"] == []


def test_a_token_ends_and_can_be_revoked(works: Workspace, watch: Watch) -> None:
    short = tokens.add_token(works, "ann", days=2)
    long = tokens.add_token(works, "ann")
    other = tokens.add_token(works, "ben")
    watch.wind(days=2)

    def good() -> list[bool]:
        made = [short, long, other]
        found = [accounts.token_principal(works.folder, m["secret"], now=watch.now) for m in made]
        return [one is not None for one in found]

    assert good() == [False, True, True]
    mine = long["token"]["id"]
    assert code_of(lambda: tokens.revoke_token(works, mine, name="ben")) == "accounts.token-unknown"
    tokens.revoke_token(works, mine)
    assert good() == [False, False, True]
    assert code_of(lambda: tokens.revoke_token(works, mine)) == "accounts.token-unknown"
    assert [one["user"] for one in tokens.list_tokens(works, name="BEN")["tokens"]] == ["ben"]


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lives_a_year_at_most(works: Workspace, days: int) -> None:
    assert code_of(lambda: tokens.add_token(works, "ann", days=days)) == "accounts.token-days"


def test_tampered_tokens_let_nobody_in(works: Workspace, watch: Watch) -> None:
    good = tokens.add_token(works, "ann")["secret"]
    session = log_in(works, watch).id
    tried = [good[4:], good[:-1], good + "A", good.upper(), "tnl_", "", "tnl_" + "x" * 1_000_000]
    tried += ["tl_" + good[4:], session, "tnl_" + session, "tnl_\ud800", "tnl_\x00"]

    assert not [one for one in tried if accounts.token_principal(works.folder, one, now=watch.now)]
    assert accounts.session(works.folder, good, now=watch.now) is None
