"""The whole matrix of roles and actions, and what a principal may see."""

from __future__ import annotations

import pytest

from tanlu.app.access import Grant, Kind, Principal, Role, can, grants, owner, scope
from tanlu.catalog import tables

# What each role may do: - no, y yes, s own sites, o own, x others'. In the order of `Role`.
MATRIX = {
    "account": "----y--",
    "acknowledge": "--x-x--",
    "approve": "--x-x--",
    "approve_plan": "--x-x--",
    "calculate": "yyyyy-y",
    "close": "--y-y--",
    "configure": "----y--",
    "correct": "-s--y--",
    "equipment": "-s-yy--",
    "evidence": "-sy-y-y",
    "export": "--yyy-y",
    "finding": "--y-y-y",
    "import": "-s--y--",
    "invite": "---yy--",
    "jobs": "ooooy-o",
    "log": "--y-y-y",
    "measure": "---yy--",
    "password": "ooooooo",
    "plan": "---yy--",
    "questionnaire": "---yyo-",
    "reopen": "--x-x--",
    "report": "y-yyy-y",
    "target": "---yy--",
    "token": "ooooy--",
    "view": "ysyyy-y",
}
LETTERS = {"-": Grant.NO, "y": Grant.YES, "s": Grant.SITES, "o": Grant.OWN, "x": Grant.OTHERS}
CELLS = [
    (action, role, LETTERS[letter])
    for action, row in MATRIX.items()
    for role, letter in zip(Role, row, strict=True)
]


def test_the_matrix_here_and_the_table_name_the_same_actions() -> None:
    assert set(MATRIX) == set(grants())
    assert len(CELLS) == len(MATRIX) * len(Role)


@pytest.mark.parametrize(("action", "role", "grant"), CELLS)
def test_each_role_may_do_each_action_as_far_as_the_table_says(
    action: str, role: Role, grant: Grant
) -> None:
    ann = Principal("ann", role, frozenset({"north"}))
    asked = {
        "at all": can(ann, action),
        "own site": can(ann, action, site="north"),
        "other site": can(ann, action, site="south"),
        "group": can(ann, action, site=""),
        "own": can(ann, action, owner="ann"),
        "others'": can(ann, action, owner="ben"),
        "others' elsewhere": can(ann, action, site="south", owner="ben"),
    }

    assert asked == {
        "at all": grant is not Grant.NO,
        "own site": grant is not Grant.NO,
        "other site": False,
        "group": False,
        "own": grant not in {Grant.NO, Grant.OTHERS},
        "others'": grant not in {Grant.NO, Grant.OWN},
        "others' elsewhere": False,
    }


@pytest.mark.parametrize(("action", "role", "grant"), CELLS)
def test_without_sites_only_roles_of_sites_are_held_to_them(
    action: str, role: Role, grant: Grant
) -> None:
    everywhere = grant is not Grant.NO and role is not Role.DATA_ENTRY

    assert can(Principal("ann", role), action, site="south") is everywhere


@pytest.mark.parametrize("action", list(MATRIX))
def test_a_token_may_do_what_both_its_actions_and_its_role_allow(action: str) -> None:
    for role in Role:
        narrow = Principal("ann", role, kind=Kind.TOKEN, actions=frozenset({"view", "account"}))
        whole = Principal("ann", role, kind=Kind.TOKEN)

        assert can(narrow, action) is (action in {"view", "account"} and can(whole, action))


def test_the_owner_of_the_machine_may_do_everything() -> None:
    assert all(can(owner("me"), action, owner="me", site="any") for action in MATRIX)


def test_an_action_that_is_not_in_the_table_is_a_fault_even_for_an_owner() -> None:
    with pytest.raises(KeyError):
        can(owner("me"), "everything")


@pytest.mark.parametrize(
    ("role", "sites", "seen"),
    [
        (Role.VIEWER, (), None),
        (Role.VIEWER, ("south", "north"), ("north", "south")),
        (Role.REVIEWER, ("north",), ("north",)),
        (Role.DATA_ENTRY, (), ()),
        (Role.DATA_ENTRY, ("north",), ("north",)),
        (Role.SUPPLIER_GUEST, (), ()),
        (Role.SUPPLIER_GUEST, ("north",), ()),
        (Role.VERIFIER, (), None),
        (Role.ADMIN, (), None),
    ],
)
def test_a_query_is_given_the_sites_a_principal_may_see(
    role: Role, sites: tuple[str, ...], seen: tuple[str, ...] | None
) -> None:
    assert scope(Principal("ann", role, frozenset(sites))) == seen


def test_the_owner_of_the_machine_sees_all() -> None:
    assert scope(owner("me")) is None


def test_only_a_reviewer_of_others_may_approve_and_nobody_but_an_admin_manages_accounts() -> None:
    assert {role for role in Role if can(Principal("a", role), "account")} == {Role.ADMIN}
    assert not any(can(Principal("a", role), "approve", owner="a") for role in Role)


def test_every_action_has_a_meaning_in_both_languages() -> None:
    assert all(row["meaning_zh"] and row["meaning_en"] for row in tables.read("permission"))
