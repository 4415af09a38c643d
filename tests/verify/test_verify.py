"""The orchestration: through the real jail, and against answers that a taken-over worker could give."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from vault.errors import Refused
from vault.model.findings import Leak
from vault.redaction import verify
from vault.redaction.verify import Protected, check_file, check_members, names_found
from vault.worker import check_main

WITNESS = Protected("w1", ("Ольга Ивановна Ковальчук",), ("+7 912 555-01-42",))
RELATIVE = Protected("r1", ("Зарема Гаджиева",))


def pdf(text: str) -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out, invariant=1)
    paper.drawString(72, 700, text)
    paper.save()
    return out.getvalue()


def test_a_clean_file_has_no_leaks() -> None:
    assert check_file(pdf("Nobody was heard."), "application/pdf", [WITNESS, RELATIVE]) == []


def test_each_person_is_reported_by_id_and_place() -> None:
    leaks = check_file(pdf("Mrs Kowaltschuk and Zarema, 8 912 555 01 42"), "application/pdf", [WITNESS, RELATIVE])
    assert {Leak("text", "page 1", "w1"), Leak("text", "page 1", "r1")} <= set(leaks)
    assert "Kow" not in repr(leaks)


def test_allowed_people_and_expected_structure_are_passed() -> None:
    text = "Свидетель Ковальчук.".encode()
    assert names_found(check_file(text, "text/plain", [WITNESS]))
    assert check_file(text, "text/plain", [WITNESS], allowed=["Тимур Ковальчук"]) == []
    out = io.BytesIO()
    paper = canvas.Canvas(out, invariant=1)
    layer = paper.beginText(72, 700)
    layer.setTextRenderMode(3)
    layer.textLine("searchable words")
    paper.drawText(layer)
    paper.save()
    (leak,) = check_file(out.getvalue(), "application/pdf", [WITNESS])
    assert (leak.channel, leak.form) == ("structure:invisible-text", "")
    assert check_file(out.getvalue(), "application/pdf", [WITNESS], expected=[leak.channel]) == []


def test_names_of_members_are_checked() -> None:
    names = ["001 summons.pdf", "002 Ковальчук.pdf", "003 Gadzhievoy.txt"]
    assert check_members(names, [WITNESS, RELATIVE]) == [Leak("name", "name 2", "w1"), Leak("name", "name 3", "r1")]
    assert check_members([], [WITNESS]) == []


@pytest.mark.parametrize(
    ("data", "media_type", "kind"),
    [
        (b"", "text/plain", "damaged"),
        (b"%PDF-1.4 rubbish", "application/pdf", "damaged"),
        (b"x", "image/png", "damaged"),
    ],
)
def test_what_cannot_be_searched_is_refused_never_clean(data: bytes, media_type: str, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        check_file(data, media_type, [WITNESS])
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    "untrusted",
    [
        ["text", "page 1"],
        ["text", "page 1", "somebody else"],
        ["text", "page 1", ""],
        ["text", "Ковальчук", "w1"],
        ["te xt\n", "page 1", "w1"],
        ["text", 1, "w1"],
        "text",
        None,
    ],
)
def test_an_answer_that_is_not_ours_is_refused(untrusted: object) -> None:
    with pytest.raises(Refused):
        verify._believed(untrusted, {"w1"})


def test_the_check_shares_no_code_with_what_reads_finds_or_writes() -> None:
    folder = Path(check_main.__file__).parent
    imported = set()
    for path in folder.glob("check_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                inside = node.level > 0 or (node.module or "").startswith("vault")
                imported |= {(node.module or "").removeprefix("vault.worker.")} if inside else set()
    ours = imported - {""}
    assert "check_match" in ours
    assert {name for name in ours if not name.startswith("check_")} <= {"refusal"}
