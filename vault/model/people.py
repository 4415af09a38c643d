"""People as they are listed in a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["applicant", "relative", "witness", "other"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Person:
    """One listed person. Everyone but the applicant is protected unless `keep` gives a reason."""

    id: str
    name: str
    role: Role = "other"
    aliases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    keep: str | None = None
