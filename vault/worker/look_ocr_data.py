"""The two language models for characters that lie beside this module, checked before anything is loaded from them.

They are tessdata_fast 4.1.0 as in Debian's packages tesseract-ocr-rus and tesseract-ocr-eng (Apache-2.0, see
tessdata/LICENSE). No package index carries the Russian one, and a download at first use is out of the question.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "tessdata"
LANGUAGES = "rus+eng"
HASHES = {
    "eng.traineddata": "7d4322bd2a7749724879683fc3912cb542f19906c83bcc1a52132556427170b2",
    "rus.traineddata": "e16e5e036cce1d9ec2b00063cf8b54472625b9e14d893a169e2b0dedeb4df225",
}


def checked_folder() -> str:
    """The folder to load from. Raises ValueError where a file is missing or another than was tested."""
    for name, wanted in HASHES.items():
        try:
            with (FOLDER / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise ValueError("a language model is missing") from None
        if found != wanted:
            raise ValueError("a language model was changed")
    return str(FOLDER)
