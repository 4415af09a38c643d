"""The kinds of identifiers: what each looks like, its checksum, and the words that must stand near it.

Compiled from public descriptions of documents and numbers. The patterns meet a text in which all spaces, dashes and
digits are plain ones.
"""

from __future__ import annotations

from .identifier_kind import Kind
from .identifier_kinds_abroad import AMERICA, NEIGHBOURS
from .identifier_kinds_online import ONLINE
from .identifier_kinds_papers import PAPERS
from .identifier_kinds_places import PLACES
from .identifier_kinds_reach import BIRTHS, REACH

__all__ = ["KINDS", "Kind"]

KINDS: tuple[Kind, ...] = (*ONLINE, *PAPERS, *NEIGHBOURS, *AMERICA, *REACH, *BIRTHS, *PLACES)
