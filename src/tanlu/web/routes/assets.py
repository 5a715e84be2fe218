"""The files pages load: style, scripts, charts; each with its hash in the address."""

from pathlib import PurePosixPath

from fastapi import APIRouter
from starlette.responses import Response

from tanlu.gate.permission import needs
from tanlu.kernel.errors import TanluError
from tanlu.web.pages import static_file

router = APIRouter(include_in_schema=False, dependencies=[needs("public")])
_FOR_EVER = "public, max-age=31536000, immutable"
# Not those of the system: some call a script plain text, and browsers then refuse to run it.
_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
}


@router.get("/static/{path:path}")
def static(path: str) -> Response:
    """Answer one file; nothing outside the folder can be named."""
    found = static_file(path)
    if found is None:
        raise TanluError("gate.not-found", place=path)
    kind = _KINDS.get(PurePosixPath(path).suffix, "application/octet-stream")
    return Response(found.read_bytes(), media_type=kind, headers={"Cache-Control": _FOR_EVER})
