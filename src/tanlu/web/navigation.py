"""The screens in the order of the work, in four groups; those of later work keep their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.gate.permission import may

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
    by_site : bool
        Whether it shows their sites to those who see no more; as `gate.permission.needs`.
    """

    id: str
    path: str = ""
    action: str = "view"
    by_site: bool = False


GROUPS: tuple[tuple[str, tuple[Screen, ...]], ...] = (
    (
        "measure",
        (
            Screen("overview", "/"),
            Screen("organisation", "/organisation"),
            Screen("import", "/import", by_site=True),
            Screen("activity", "/activity", by_site=True),
            Screen("quality", "/quality", by_site=True),
            Screen("factors", "/factors"),
            Screen("inventory", "/inventory", by_site=True),
            Screen("hotspots", "/hotspots"),
        ),
    ),
    (
        "plan",
        (
            Screen("targets", "/targets"),
            Screen("measures", "/measures", by_site=True),
            Screen("calculators", "/calculators", "calculate"),
            Screen("roadmap", "/roadmap"),
            Screen("scenarios", "/scenarios"),
        ),
    ),
    ("chain", (Screen("suppliers"), Screen("products"), Screen("logistics"))),
    ("comply", (Screen("policy"), Screen("carbon_cost"), Screen("reports", "/reports"),
                Screen("review", "/review"))),
    ("system", (Screen("welcome", "/welcome"), Screen("jobs", "/jobs", "jobs"),
                Screen("settings", "/settings", by_site=True))),
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
            if principal is not None and may(principal, screen.action, by_site=screen.by_site)
        ]
        if items:
            groups.append({"title": say(f"web.group.{group}"), "items": items})
    return groups
