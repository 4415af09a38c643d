"""The shares that trustees hold while somebody travels: made, sealed to each of them, written, and tried.

Nothing here touches what opens the vault now. A share that was not read back from where it lies does not count.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.crypto import kdf, shares, slots
from vault.errors import Damaged, NotAllowed, Usage
from vault.formats import travel_share
from vault.formats.header import SlotRecord
from vault.formats.travel_share import TravelShare
from vault.model.records import RecipientRecord
from vault.store import output
from vault.usecases import headers, recipients
from vault.usecases.travel_kept import KeptKey
from vault.usecases.unlocked import UnlockedVault

DEFAULT_WAIT = 24
"""Hours between a request and the answer, unless others were agreed on."""
PROOF_DIGITS = 6
_PROOF_LABEL = "casevault/v1/travel/proof"
_HYBRID = "age1pq1"
INSTRUCTIONS = (
    "You hold one share of a key, for somebody who travels. Keep this file and the key file that opens it; tell "
    "nobody that you have them. When a request comes, do not answer it at once, however urgent it is said to be. "
    'Wait the hours given here under "wait". Then call the person back yourself, over a number that you knew before. '
    "Ask for the word that you agreed on. If you hear the other word, the one for duress, or if anything is strange: "
    "be friendly, promise to look for the file, and do not answer until you have met, now or later. If all is well, "
    "let them read out the code of the request, and type what you hear: casevault travel answer REQUEST --share FILE "
    "--identity KEYFILE --out ANSWER. No vault is needed for it."
)
"""In every share, for whoever opens it with another age program."""

Show = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """Who gets a share: recipients on record, then so many on paper. `need` of them open; `wait` in hours."""

    trustees: tuple[str, ...]
    paper: int
    need: int
    wait: int = DEFAULT_WAIT

    @property
    def count(self) -> int:
        """All shares."""
        return len(self.trustees) + self.paper


@dataclass(frozen=True, slots=True)
class Given:
    """A share that is written: for which recipient, None for paper; the file; the digits that prove it was opened."""

    number: int
    recipient: str | None
    path: Path | None
    proof: str


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """The slot, and what was given to whom."""

    slot: slots.Slot
    given: tuple[Given, ...]

    @property
    def record(self) -> SlotRecord:
        """The slot as the header holds it."""
        return headers.record_of(self.slot)


def check(vault: UnlockedVault, order: Order) -> list[RecipientRecord]:
    """The trustees, if the order can be carried out. Raises Usage, NotFound, NotAllowed."""
    if not 0 <= order.wait <= travel_share.MAX_WAIT:
        raise Usage(f"trustees wait from 0 to {travel_share.MAX_WAIT} hours")
    if order.paper < 0 or not 1 <= order.count <= shares.MAX_SHARES:
        raise Usage(f"there are from 1 to {shares.MAX_SHARES} shares: name trustees, or shares on paper")
    if len(set(order.trustees)) < len(order.trustees):
        raise Usage("a trustee is named twice: each share goes to somebody else")
    if not 1 <= order.need <= order.count:
        raise Usage(
            "more shares are needed than there are, or none",
            hint="--need says how many trustees together open the vault.",
        )
    found = [recipients.require_active(vault, one) for one in order.trustees]
    for record in found:
        if record.role != "trustee":
            raise NotAllowed(
                f"recipient {record.id} is no trustee",
                hint="Note one: casevault recipient add --role trustee --age-key …",
            )
        if not record.age_key.startswith(_HYBRID):
            raise Usage(
                f"trustee {record.id} has no post-quantum age key, which starts with {_HYBRID}",
                hint="They make one with 'casevault keygen --out FILE', and send you what it shows.",
            )
    keys = {record.age_key for record in found}
    if len(keys) < len(found):
        raise Usage("two trustees have the same key: one person would hold both shares")
    return found


def make(vault: UnlockedVault, root: bytes, order: Order, out: Path | None, show: Show) -> Made:
    """A new slot for `order`, its shares in new files `share-1.age`, … in the new folder `out`, those on paper given
    to `show` one by one; it comes back when they are written down. All are then read back, and open the slot.

    Raises Usage, NotAllowed, NotFound, OutputExists, StorageFailed, Damaged. A folder that was made is removed if
    something fails.
    """
    found = check(vault, order)
    if found and out is None:
        raise Usage("a place for the trustees' files is missing: give --out DIR")
    slot, texts = slots.make_shares(order.need, order.count, root)
    sealed = texts[: len(found)]
    paper = list(enumerate(texts, 1))[len(found) :]
    with contextlib.ExitStack() as folders:
        again = list(texts[len(found) :])
        if out is not None and found:
            folder = folders.enter_context(output.new_folder(out))
            again += [
                _written(folder / _name(number), record, _share(order, text))
                for number, (record, text) in enumerate(zip(found, sealed, strict=True), 1)
            ]
        _try(slot, again, root)
        for number, text in paper:
            show(number, text)
    given = [
        Given(number, record.id, None if out is None else out / _name(number), proof(text))
        for number, (record, text) in enumerate(zip(found, sealed, strict=True), 1)
    ]
    given += [Given(number, None, None, proof(text)) for number, text in paper]
    return Made(slot, tuple(given))


def proof(text: str) -> str:
    """Six digits that only who opened a share can tell: 20 of its 256 bits at most, so they may be said by phone."""
    number = int.from_bytes(kdf.hkdf(" ".join(text.split()).encode("ascii"), _PROOF_LABEL), "big")
    digits = f"{number % 10**PROOF_DIGITS:0{PROOF_DIGITS}}"
    return f"{digits[:3]} {digits[3:]}"


def _share(order: Order, text: str) -> TravelShare:
    return TravelShare(text, order.need, order.count, order.wait, INSTRUCTIONS)


def _name(number: int) -> str:
    return f"share-{number}.age"


def _written(path: Path, trustee: RecipientRecord, share: TravelShare) -> str:
    """Seal a share into a new file, and give back what then stands in it."""
    from vault.crypto import age

    recipient = age.parse_recipient(trustee.age_key)
    kept, file = KeptKey(recipient), io.BytesIO()
    age.encrypt(io.BytesIO(travel_share.serialise(share)), file, [kept])
    output.write_in(path.parent, path.name, file.getvalue())
    decryptor = age.Decryptor(io.BytesIO(path.read_bytes()), [kept])
    return travel_share.parse(b"".join(decryptor.chunks())).share


def _try(slot: slots.Slot, texts: Sequence[str], root: bytes) -> None:
    """Every share opens the slot, with some of the others: nothing may be destroyed before that."""
    need = shares.needed(slot)
    for first in range(len(texts)):
        some = tuple(texts[(first + n) % len(texts)] for n in range(need))
        if slots.open_slot(slot, slots.Shares(some)) != root:
            raise Damaged("the new shares do not open the vault; nothing was changed")
