"""Makes the synthetic dossier that `casevault demo` works on: the same bytes on each run.

    python tools/make_dossier.py [--out FOLDER]

Without `--out` it writes over the package's own `vault/dossier`. It needs the DejaVu fonts of Debian's
`fonts-dejavu-core` and the locked versions of Pillow and reportlab; nothing here depends on the clock, on
chance, or on which zlib Python was built with.

It writes the documents under `files/`, and beside them
- `people.json`, a people file as `casevault person add --from` reads it;
- `manifest.json`, what a case manager would say about each file, and where protected people stand on pictures;
- `truth.json`, for tests: what each file holds that must vanish from a lawyer's export, and what must stay.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from dossier_parts import cast
from dossier_parts.catalogue import ENTRIES, Boxes, Entry

PACKAGE = Path(__file__).resolve().parent.parent / "vault" / "dossier"


def _described(entry: Entry, boxes: Boxes) -> dict[str, object]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "media_type": entry.media_type,
        "title": entry.title,
        "source": entry.source,
        "given_by": entry.given_by,
        "collected_at": entry.collected_at,
        "language": entry.language,
        "translation_of": entry.translation_of,
        "about": {"en": entry.about_en, "ru": entry.about_ru},
        "boxes": boxes,
    }


def _write_json(path: Path, content: object) -> None:
    path.write_bytes((json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def make(folder: Path) -> None:
    """Write the whole dossier into a folder, which need not exist yet."""
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    manifest, truths = [], []
    for entry in ENTRIES:
        data, boxes, truth = entry.build()
        (files / entry.name).write_bytes(data)
        manifest.append(_described(entry, boxes))
        truths.append(truth.as_json())
    _write_json(folder / "people.json", cast.PEOPLE)
    _write_json(folder / "manifest.json", {"schema": 1, "notice": cast.SMALL_PRINT, "files": manifest})
    canary = {"person": cast.CANARY_PERSON, "stems": cast.CANARY}
    truth_file = {"schema": 1, "profile": "lawyer", "canary": canary, "stems": cast.STEMS, "files": truths}
    _write_json(folder / "truth.json", truth_file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the synthetic dossier of `casevault demo`.")
    parser.add_argument("--out", type=Path, default=PACKAGE, help="folder to write into")
    make(parser.parse_args().out)
