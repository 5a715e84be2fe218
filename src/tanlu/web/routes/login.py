"""Log in, log out, choose a password; a server for one user of one machine needs none of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from tanlu.app import accounts, clock
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import go, page

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=4096)]


@router.get("/login", dependencies=[needs("public")])
def form(here: Here, next: str = "/") -> Response:  # as the address says it
    """Show the form."""
    return page(here, "login.html.j2", screen="login", next=_inside(next), name="", error="")


@router.post("/login", dependencies=[needs("public"), Depends(proven)])
def login(here: Here, name: Typed = "", password: Typed = "", next: Typed = "/") -> Response:
    """Open a session; an old one of this browser ends."""
    request = here.request
    address = request.client.host if request.client else ""
    try:
        opened = accounts.login(
            here.desk.workspace, name, password, address=address, now=clock.now(),
            old=request.cookies.get(request.state.cookie, ""),
        )  # fmt: skip
    except TanluError as error:
        facts = {"next": _inside(next), "name": name, "error": here.say.error(error)}
        return page(here, "login.html.j2", screen="login", status=422, **facts)
    answer = RedirectResponse(
        "/password" if opened.session.must_change else _inside(next), status_code=303
    )
    return _remember(here, answer, opened.id)


@router.post("/logout", dependencies=[needs("public"), Depends(proven)])
def logout(here: Here) -> Response:
    """End the session."""
    name = here.request.state.cookie
    accounts.logout(here.desk.folder, here.request.cookies.get(name, ""))
    answer = go(here, "/login")
    answer.delete_cookie(name, path="/", secure=here.request.state.door.is_encrypted)
    return answer


@router.get("/password", dependencies=[needs("password")])
def password_form(here: Here) -> Response:
    """Show the form for another password."""
    return page(here, "password.html.j2", screen="login", error="")


@router.post("/password", dependencies=[needs("password"), Depends(proven)])
def password(here: Here, old: Typed = "", new: Typed = "", again: Typed = "") -> Response:
    """Change the password; every other session of the user ends."""
    session = here.request.cookies.get(here.request.state.cookie, "")
    if new != again:
        return _refused(here, TanluError("accounts.password-differs"))
    try:
        opened = accounts.change_password(
            here.desk.workspace, session, old=old, new=new, now=clock.now()
        )
    except TanluError as error:
        return _refused(here, error)
    return _remember(here, RedirectResponse("/", status_code=303), opened.id)


def _refused(here: Here, error: TanluError) -> Response:
    told = here.say.error(error)
    return page(here, "password.html.j2", screen="login", status=422, error=told)


def _remember(here: Here, answer: Response, session: str) -> Response:
    answer.set_cookie(
        here.request.state.cookie, session, path="/", httponly=True, samesite="lax",
        secure=here.request.state.door.is_encrypted,
    )  # fmt: skip
    return answer


def _inside(address: str) -> str:
    """Return an address of this server; any other becomes the first page."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and address.isprintable() else "/"
