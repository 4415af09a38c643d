"""The way back: a request, the trustees' answers to it, and local key slots again.

Until the one change of the header the trustees' slot opens, after it the new ones do.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.crypto import kdf, shares, slot_fields, slots
from vault.crypto.keys import VaultKeys
from vault.errors import CasevaultError, Damaged, Usage, WrongSecret
from vault.formats import travel_request
from vault.formats.header import Header, SlotRecord
from vault.formats.travel_request import Answer, Request
from vault.session import travel_state
from vault.store import header_file, output, slot_notes
from vault.usecases import headers
from vault.usecases.unlocked import UnlockedVault

NO_SHARES = "no trustee holds a share of this vault: it opens with another secret"
_SHARES = "shares"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was written: the code to read out, and how many answers are needed (of each set of shares)."""

    code: str
    need: int


def request(folder: Path, out: Path) -> Asked:
    """Write a request for the trustees' shares. Its secret key stays in the folder for state.

    Raises NoVault, Damaged, Usage if no trustee holds a share, OutputExists, StorageFailed.
    """
    from vault.crypto import age

    header = header_file.read(folder)
    own = shared_slots(header)
    if not own:
        raise Usage(NO_SHARES)
    output.check(out, "the request")
    identity = age.HybridIdentity.generate()
    sets = tuple(sorted({int(slot.fields["set"]) for slot in own}))
    made = Request(identity.recipient().to_string(), sets)
    # Its secret first: a request whose answers nobody can open must not go out.
    travel_state.put_request(header.vault, made.digest, identity.to_string())
    with output.new_file(out) as file:
        file.write(made.dump())
    return Asked(made.code, min(shares.needed(slot) for slot in own))


def shared_slots(header: Header) -> list[slots.Slot]:
    """The slots that shares open. Raises Damaged if one of them is none: anybody may have written the header."""
    found = [headers.slot_of(record) for record in header.slots if record.members["kind"] == _SHARES]
    for slot in found:
        shares.needed(slot)
        slot_fields.integer(slot, "set", 0, travel_request.MAX_SET)
    return found


def opened(folder: Path, untrusted_answers: Sequence[bytes], texts: Sequence[str]) -> tuple[str, ...]:
    """The shares in the answers and the words, each checked against the vault, in that order; enough to open it.

    Raises WrongSecret or Damaged that names the answer or share by its number: to another request, altered, of
    another vault, given twice; Usage, if there are none or no request was made here.
    """
    header = header_file.read(folder)
    own = shared_slots(header)
    if not own:
        raise Usage(NO_SHARES)
    if not untrusted_answers and not texts:
        raise Usage("no answer was given: --answer FILE, once for each")
    secrets = travel_state.requests(header.vault)
    named = [(f"answer {n}", _text(data, n, secrets)) for n, data in enumerate(untrusted_answers, 1)]
    named += [(f"share {n}", text) for n, text in enumerate(texts, 1)]
    slot = _slot_of(own, named[0][1])
    found: dict[int, str] = {}
    for name, text in named:
        number = _number(slot, name, text)
        if number in found:
            raise WrongSecret(
                f"{name} holds the same share as {found[number]}", hint="Each trustee's share counts once."
            )
        found[number] = name
    need = shares.needed(slot)
    if len(found) < need:
        raise WrongSecret(
            f"{need} of {slot.fields['count']} shares are needed, {len(found)} given",
            hint="Wait for the next trustee's answer, and give them all.",
        )
    return tuple(text for _, text in named)


@dataclass(frozen=True, slots=True, repr=False)
class New:
    """The ways in that the vault gets: a passphrase (with `device` one that only opens with this computer's keyring),
    a recovery code that its holder has already; one of them at least. `ask` lets the keyring ask its person."""

    passphrase: str | None
    code: slots.RecoveryCode | None
    device: bool = False
    ask: bool = False


def needed(folder: Path) -> int:
    """How many shares open the vault. Raises Usage if no trustee holds one, NoVault, Damaged."""
    own = shared_slots(header_file.read(folder))
    if not own:
        raise Usage(NO_SHARES)
    return min(shares.needed(slot) for slot in own)


def finish(vault: UnlockedVault, root: bytes, new: New, *, keep: bool = False) -> tuple[SlotRecord, ...]:
    """Give the vault new slots in place of the trustees' (`keep`: beside them), and forget the requests. Gives the
    slots of the new header. Raises Usage if there is no way in, Busy, StorageFailed, LogUnavailable."""
    made = []
    if new.code is not None:
        made.append(slots.make(new.code, root))
    if new.passphrase is not None:
        made.append(_by_passphrase(vault.header.vault, root, new, new.passphrase))
    if not made:
        raise Usage("a way to open the vault is missing: a passphrase or a recovery code")

    def changed(old: tuple[SlotRecord, ...]) -> list[SlotRecord]:
        gone = [] if keep else [one for one in old if one.members["kind"] == _SHARES]
        for one in gone:
            slot_notes.drop(vault.catalogue, one.members["id"])
        for slot in made:
            slot_notes.put(vault.catalogue, slot.id, "", "")
        return [*(one for one in old if one not in gone), *map(headers.record_of, made)]

    try:
        headers.change(vault, VaultKeys.derive(root), "travel.end", changed)
    except BaseException:
        _forget_unless_used(vault, made)
        raise
    travel_state.clear_requests(vault.header.vault)
    return vault.header.slots


def changed(folder: Path, before: Header) -> bool:
    """Whether the header may be another one by now."""
    try:
        return header_file.read(folder) != before
    except CasevaultError:
        return True


def _by_passphrase(vault_id: str, root: bytes, new: New, text: str) -> slots.Slot:
    if not new.device:
        return slots.make(slots.Passphrase(text), root)
    from vault.session import device_secret

    secret = kdf.random_key()
    slot = slots.make_device(text, secret, root)
    device_secret.store(vault_id, slot.id, secret, ask=new.ask)
    return slot


def _forget_unless_used(vault: UnlockedVault, made: Sequence[slots.Slot]) -> None:
    """A device secret of a slot that never came to be goes; it stays if the header may name it after all."""
    from vault.session import device_secret

    with contextlib.suppress(CasevaultError):
        there = {one.members["id"] for one in header_file.read(vault.folder).slots}
        for slot in made:
            if slot.kind == slots.DEVICE and slot.id not in there:
                device_secret.delete(vault.header.vault, slot.id, ask=False)


def _text(untrusted_data: bytes, number: int, secrets: dict[str, str]) -> str:
    """The share in an answer. Raises Usage, WrongSecret, Damaged."""
    from vault.crypto import age

    if not secrets:
        raise Usage(
            "no request for answers was made on this computer",
            hint="Make one: casevault travel end --request-out FILE. Answers to another computer's open there alone.",
        )
    identities = [age.HybridIdentity.from_string(secret) for secret in secrets.values()]
    plain = io.BytesIO()
    try:
        age.decrypt(io.BytesIO(untrusted_data), plain, identities)
        answer = travel_request.parse_answer(plain.getvalue())
    except WrongSecret:
        raise WrongSecret(
            f"answer {number} is to another request", hint="Ask for the answer to the request that you sent last."
        ) from None
    except Damaged as error:
        raise Damaged(
            f"answer {number} is damaged: {error.message}", hint="Ask for the file again: it was altered on its way."
        ) from None
    return _of_a_request(answer, number, secrets)


def _of_a_request(answer: Answer, number: int, secrets: dict[str, str]) -> str:
    if answer.request not in secrets:
        raise WrongSecret(
            f"answer {number} is to another request", hint="Ask for an answer to the one you sent last."
        )
    return answer.share


def _slot_of(own: Sequence[slots.Slot], text: str) -> slots.Slot:
    """The slot whose set the first share is of; the first slot, if it is of none: then that is said."""
    try:
        number = shares.set_of(text)
    except CasevaultError:
        return own[0]
    return next((slot for slot in own if slot.fields.get("set") == number), own[0])


def _number(slot: slots.Slot, name: str, text: str) -> int:
    try:
        return shares.check(slot, text)
    except WrongSecret as error:
        raise WrongSecret(f"{name}: {error.message}", hint=error.hint) from None
