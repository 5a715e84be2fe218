"""The screens in the order of the work, in four groups; those of later work keep their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app import access

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.app.access import Principal
    from tanlu.i18n.say import Say


@dataclass(frozen=True, slots=True)
class Screen:
    """One entry of the rail.

    Parameters
    ----------
    id : str
        Its title is the text ``web.screen.<id>``, its icon ``<id>`` of the sprite.
    path : str
        Address; empty for a screen that is not there yet.
    action : str
        What a user must be allowed to do to see it.
    """

    id: str
    path: str = ""
    action: str = "view"


GROUPS: tuple[tuple[str, tuple[Screen, ...]], ...] = (
    (
        "measure",
        (
            Screen("overview", "/"),
            Screen("organisation", "/organisation"),
            Screen("import", "/import"),
            Screen("activity", "/activity"),
            Screen("quality", "/quality"),
            Screen("factors", "/factors"),
            Screen("inventory", "/inventory"),
            Screen("hotspots", "/hotspots"),
        ),
    ),
    (
        "plan",
        (
            Screen("targets", "/targets"),
            Screen("measures", "/measures"),
            Screen("calculators", "/calculators"),
            Screen("roadmap", "/roadmap"),
            Screen("scenarios", "/scenarios"),
        ),
    ),
    ("chain", (Screen("suppliers"), Screen("products"), Screen("logistics"))),
    ("comply", (Screen("policy"), Screen("carbon_cost"), Screen("reports", "/reports"),
                Screen("review", "/review"))),
    ("system", (Screen("welcome", "/welcome"), Screen("jobs", "/jobs"),
                Screen("settings", "/settings"))),
)  # fmt: skip


def rail(
    principal: Principal | None, *, active: str, say: Say, link: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Return the rail for a user: groups of entries they may open.

    Parameters
    ----------
    principal : Principal or None
        Who looks.
    active : str
        Id of the screen shown.
    say : Say
        Language.
    link : callable
        Adds what the page keeps in its address.
    """
    groups = []
    for group, screens in GROUPS:
        items = [
            {
                "id": screen.id,
                "label": say(f"web.screen.{screen.id}"),
                "icon": screen.id,
                "href": link(screen.path) if screen.path else "",
                "active": screen.id == active,
            }
            for screen in screens
            if principal is not None and access.can(principal, screen.action)
        ]
        if items:
            groups.append({"title": say(f"web.group.{group}"), "items": items})
    return groups
