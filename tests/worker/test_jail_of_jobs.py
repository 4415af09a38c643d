"""Each job's module is loaded as in use, and then a reader that was taken over tries what it can: nothing works.

A library could start a thread while it loads, keep a file open, or leave something behind that opens a way out.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

import attacks
import pytest
from jailed import attack

from vault.sandbox import Limits
from vault.sandbox.names import LIMITS as MODEL_LIMITS
from vault.worker.__main__ import JOBS

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LOOK = {"media_type": PDF, "pages": [1], "dpi": 200}
# A request for each kind of library that a job loads; "needs" are those of the extras.
REQUESTS: dict[str, tuple[str, dict[str, object], tuple[str, ...]]] = {
    "extract PDF": ("extract", {"media_type": PDF}, ()),
    "extract DOCX": ("extract", {"media_type": WORD}, ()),
    "extract mail": ("extract", {"media_type": "message/rfc822"}, ()),
    "extract HEIC": ("extract", {"media_type": "image/heic"}, ("pi_heif",)),
    "typeset": ("typeset", {}, ()),
    "docx": ("docx", {}, ()),
    "facsimile": ("facsimile", {"media_type": PDF, "withheld": []}, ()),
    "join": ("join", {}, ()),
    "packet": ("packet", {"ask": "measure", "each": False}, ()),
    "preview": ("preview", {"sections": [{"media_type": PDF, "blob": 0}]}, ()),
    "check": ("check", {"media_type": PDF}, ()),
    "look, OCR": ("look", {**LOOK, "ocr": True, "faces": False}, ("tesserocr",)),
    "look, faces": ("look", {**LOOK, "ocr": False, "faces": True}, ("onnxruntime",)),
    "names, Russian": ("names", {"script": "cyrillic"}, ("slovnet",)),
    "names, English": ("names", {"script": "latin"}, ("spacy",)),
    "strip": ("strip", {"media_type": "audio/mpeg"}, ()),
    "unpack": ("unpack", {"media_type": "application/zip"}, ()),
    "trace PDF": ("trace", {"media_type": PDF, "pages": [1], "look": 0}, ()),
    "trace photo": ("trace", {"media_type": "image/jpeg", "pages": [1], "look": 0}, ()),
    "probe": ("probe", {}, ()),
}
LARGEST = max(limits.memory_bytes for limits in MODEL_LIMITS.values())

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(sys.platform not in attacks.PROMISED, reason=f"Casevault has no walls for {sys.platform}"),
]


def test_no_job_is_left_out() -> None:
    assert {job for job, _, _ in REQUESTS.values()} == set(JOBS)


@pytest.mark.parametrize("what", REQUESTS)
def test_no_job_gets_around_the_walls(what: str) -> None:
    job, request, needs = REQUESTS[what]
    if any(find_spec(one) is None for one in needs):
        missing = f"{' and '.join(needs)} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    limits = Limits(memory_bytes=LARGEST, cpu_seconds=120, wall_seconds=300.0)
    found = attack(job, request, (), limits, "real", weak=sys.platform == "win32").header
    jail = found.pop("jail")
    assert isinstance(jail, dict)
    assert jail["strong"] is (sys.platform != "win32")
    if sys.platform == "linux":
        assert jail["walls"]["one thread"] == 1
    assert set(found) == attacks.PROMISED[sys.platform]
    assert {name: said for name, said in found.items() if said not in ("EPERM", "EACCES", "refused")} == {}
