"""A report tree to each file format: the bars of the documents."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.case import Bar, Case, register

_PAYLOAD = Path(__file__).parents[1] / "tests/unit/render/fixtures/machinery_payload.json"


def write_payload(folder: Path, size: int) -> None:
    """Write what a report is made from, with a table of `size` factors."""
    payload = json.loads(_PAYLOAD.read_text(encoding="utf-8"))
    rows = payload["factors"]
    payload["factors"] = [
        row | {"id": f"{row['id']}-{number}"}
        for number, row in zip(range(size), rows * size, strict=False)
    ]
    (folder / "payload.json").write_text(json.dumps(payload), encoding="utf-8")


register(
    Case(
        name="render_documents",
        prepare=write_payload,
        variants={
            "html": "documents:page",
            "pdf": "documents:pdf_full",
            "pdf_inventory": "documents:pdf_inventory",
            "pdf_roadmap": "documents:pdf_roadmap",
            "docx": "documents:docx_full",
            "xlsx": "documents:xlsx_full",
        },
        sizes=(30, 1_000),
        bars=(
            Bar("inventory report as PDF [CPU s]", "cpu_s", "pdf_inventory", 3, 30),
            Bar("board paper as PDF, its charts drawn [CPU s]", "cpu_s", "pdf_roadmap", 1, 30),
            Bar("1,000 factors, CPU of the PDF against the DOCX", "cpu_s", "pdf", 2, 1_000, "docx"),
        ),
        unit="factors listed",
    )
)
