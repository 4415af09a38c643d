"""What a Word document's file holds: the main part, and what it refers to."""

from __future__ import annotations

from typing import Any

from vault.worker.read_zip_xml import Archive
from vault.worker.refusal import Refusal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OBJECTS = ("oleObject", "package", "control")
FOREIGN = ("aFChunk", "subDocument")


class Package(Archive):
    """An opened document. Raises Refusal throughout."""

    def __init__(self, untrusted: bytes) -> None:
        super().__init__(untrusted)
        main = self.main("word/document.xml")
        self.body = self.xml(main)
        if self.body.tag != f"{W}document":
            raise Refusal("damaged")
        self._relations = self.related(main)

    def first(self, kind: str) -> Any:
        """The root of the part of this kind, or None."""
        found = next((path for _, one, path in self._relations if one == kind), None)
        return self.xml(found) if found else None

    def target(self, identifier: str) -> Any:
        """The root of the part that an id names, or None."""
        found = next((path for one, _, path in self._relations if one == identifier), None)
        return self.xml(found) if found else None

    def identifiers(self, *kinds: str) -> list[str]:
        """The ids of the parts of these kinds, in the order of their names."""
        return [one for _, one in sorted((path, one) for one, kind, path in self._relations if kind in kinds)]

    def count(self, *kinds: str) -> int:
        """How many parts of these kinds there are."""
        return sum(1 for _, kind, _ in self._relations if kind in kinds)
