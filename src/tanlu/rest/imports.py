"""Files into the ledger in one call, as `tanlu import`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile

from tanlu.app import import_desk
from tanlu.app.spool import uploads_of
from tanlu.gate.permission import needs
from tanlu.gate.refusal import WRONG_INPUT
from tanlu.gate.visit import Here, proven

router = APIRouter(prefix="/api", tags=["import"])


@router.post(
    "/import",
    dependencies=[needs("import", by_site=True), Depends(proven)],
    responses={WRONG_INPUT: {"description": "A file was refused, or a question waits."}},
)
def import_(
    here: Here,
    answer: Response,
    files: Annotated[list[UploadFile], File()],
    mapping: Annotated[UploadFile | None, File()] = None,
    dry_run: Annotated[bool, Form()] = False,
    force: Annotated[bool, Form()] = False,
) -> dict[str, Any]:
    """Read files and post them as one batch; the answer is that of `tanlu import --json`.

    422 where a file was refused or a question waits: the body says which, and ``batch`` what
    was posted all the same.
    """
    found = import_desk.import_at_once(
        here.desk, here.principal, uploads_of((one.filename, one.file) for one in files),
        mapping=mapping.file.read() if mapping else b"", is_dry_run=dry_run, is_forced=force,
        say=here.say,
    )  # fmt: skip
    if not found["ok"]:
        answer.status_code = WRONG_INPUT
    return found
