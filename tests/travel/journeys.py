"""A vault, its trustees with their own key files, and the steps of a journey, for the tests of travel."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import vaults

from vault.crypto import age, slots
from vault.formats import travel_request, travel_share
from vault.formats.travel_request import Request
from vault.model.records import RecipientRecord
from vault.usecases import opening, recipients, travel, travel_answer, travel_end
from vault.usecases.travel_shares import Given, Order
from vault.usecases.unlocked import UnlockedVault

NAMES = ("Тётя Вера", "Дядя Лев", "Сестра Нонна")
WAIT = 36


@dataclass(frozen=True)
class Trustee:
    """Somebody with a key of their own. `id` is what the vault calls them."""

    id: str
    name: str
    identity: age.HybridIdentity


def trustee(vault: UnlockedVault, name: str, role: str = "trustee") -> Trustee:
    """Somebody new on record."""
    identity = age.HybridIdentity.generate()
    record: RecipientRecord = recipients.add(vault, role, name, age_key=identity.recipient().to_string())
    return Trustee(record.id, name, identity)


def trustees(vault: UnlockedVault, count: int = 3) -> list[Trustee]:
    """As many as that."""
    return [trustee(vault, name) for name in NAMES[:count]]


def order(who: list[Trustee], need: int = 2, paper: int = 0) -> Order:
    """Shares for all of them."""
    return Order(tuple(one.id for one in who), paper, need, WAIT)


def root_of(folder: Path, secret: slots.Secret = vaults.CODE) -> bytes:
    """The root key of a vault."""
    return opening.unlock(folder, secret).root


def never(number: int, text: str) -> None:
    """No share is shown."""
    raise AssertionError("no share on paper was ordered")


def started(vault: UnlockedVault, who: list[Trustee], out: Path, need: int = 2) -> travel.Started:
    """The vault closed; the caller closes its databases."""
    return travel.start(vault, root_of(vault.folder), order(who, need), out, never)


def words(one: Given, who: list[Trustee]) -> str:
    """The share in a trustee's file."""
    assert one.path is not None
    held = next(person for person in who if person.id == one.recipient)
    return travel_answer.unsealed(one.path.read_bytes(), [held.identity]).text


def asked(folder: Path, out: Path) -> Request:
    """A new request."""
    travel_end.request(folder, out)
    return travel_request.parse_request(out.read_bytes())


def answered(request: Request, text: str, out: Path) -> bytes:
    """The bytes of one trustee's answer."""
    travel_answer.answer(request, travel_answer.Held(text, None), out)
    return out.read_bytes()


def opened_age(data: bytes, identity: age.Identity) -> bytes:
    """What is in an age file."""
    out = io.BytesIO()
    age.decrypt(io.BytesIO(data), out, [identity])
    return out.getvalue()


def share_of(data: bytes, identity: age.Identity) -> travel_share.TravelShare:
    """What a trustee finds in their file."""
    return travel_share.parse(opened_age(data, identity))
