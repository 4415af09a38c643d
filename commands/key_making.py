"""The secrets of new key slots: chosen, shown, written down and typed back before the slot counts."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import key_label, paths, secrets
from commands.context import Session
from commands.new_secret import checked, chosen_passphrase, new_recovery_code, write_recovery_code
from vault.errors import Usage, WrongSecret

if TYPE_CHECKING:
    from vault.crypto.slots import Slot
    from vault.usecases.key_slots import KeySlot
    from vault.usecases.unlocked import UnlockedVault

WORDS_A_LINE = 6
NOTE = (
    "# One of {count} shares; {need} of them open a vault. Keep it secret; give it only to who asked you to.\n"
    "# Одна из долей: всего {count}, открывают {need}. Храните в тайне, отдайте лишь тому, кто просил её хранить.\n"
)
"""Below the share, for a trustee who finds the file years later; whatever reads a share takes the first line."""
_ONLY_FOR = {
    "new_passphrase_file": ("--new-passphrase-file", ("passphrase", "passphrase+device")),
    "recovery_out": ("--recovery-out", ("recovery",)),
    "shares_out": ("--shares-out", ("shares",)),
    "need": ("--need", ("shares",)),
    "of": ("--of", ("shares",)),
    "to": ("--to", ("recipient",)),
    "age_key": ("--age-key", ("recipient",)),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot as it was ordered on the command line."""

    kind: str
    new_passphrase_file: str | None = None
    recovery_out: str | None = None
    shares_out: str | None = None
    need: int | None = None
    of: int | None = None
    to: str | None = None
    age_key: str | None = None


def check(session: Session, wanted: Wanted) -> None:
    """Refuse what can't be done before anybody is asked for a secret. Raises Usage, OutputExists, SyncFolder."""
    for member, (option, kinds) in _ONLY_FOR.items():
        if getattr(wanted, member) is not None and wanted.kind not in kinds:
            raise Usage(f"{option} is for key slots of another kind")
    console = session.console
    if "passphrase" in wanted.kind and wanted.new_passphrase_file is None and not console.can_ask_secret:
        raise Usage("the new passphrase is missing: give --new-passphrase-file FILE")
    if wanted.kind == "recovery" and wanted.recovery_out is None and not console.can_ask:
        raise Usage("the recovery code needs a place: give --recovery-out FILE")
    if wanted.kind == "shares":
        _check_shares(session, wanted)
    if wanted.kind == "recipient" and (wanted.to is None) == (wanted.age_key is None):
        raise Usage("say whose key it is, with one of --to R and --age-key KEY")
    if wanted.recovery_out is not None:
        paths.new_file(wanted.recovery_out, "the file for the recovery code")
    if wanted.shares_out is not None:
        paths.new_file(wanted.shares_out, "the folder for the shares")


def _check_shares(session: Session, wanted: Wanted) -> None:
    if wanted.need is None or wanted.of is None:
        raise Usage("say how many shares there are and how many open the vault: --need 2 --of 3")
    from vault.crypto.shares import check_numbers

    check_numbers(wanted.need, wanted.of)
    if wanted.shares_out is None and not session.console.can_ask:
        raise Usage("the shares need a place: give --shares-out DIR")


def new_passphrase(session: Session, path: str | None) -> str:
    """From the file that an option names, else chosen on the terminal. Raises Usage for a weak one."""
    if path is None:
        return chosen_passphrase(session)
    return checked(secrets.first_line(path, "the new passphrase", session))


def make(
    session: Session, vault: UnlockedVault, root: bytes, wanted: Wanted, label: str
) -> tuple[KeySlot, dict[str, Any]]:
    """Make the slot and give its secret away; what JSON says beside the slot."""
    return _MAKERS[wanted.kind](session, vault, root, wanted, label)


def _passphrase(
    session: Session, vault: UnlockedVault, root: bytes, wanted: Wanted, label: str
) -> tuple[KeySlot, dict[str, Any]]:
    from vault.crypto import slots
    from vault.usecases import key_slots

    ask = session.console.can_ask
    if wanted.kind == slots.DEVICE:
        key_slots.check_keyring(ask=ask)
    chosen = new_passphrase(session, wanted.new_passphrase_file)
    key_label.refuse_same(label, chosen)
    with session.console.progress("Making the key slot"):
        if wanted.kind == slots.DEVICE:
            return key_slots.add_device(vault, root, chosen, label, ask=ask), {}
        return key_slots.add(vault, root, slots.make(slots.Passphrase(chosen), root), label, ask=ask), {}


def _recovery(
    session: Session, vault: UnlockedVault, root: bytes, wanted: Wanted, label: str
) -> tuple[KeySlot, dict[str, Any]]:
    from vault.crypto import slots

    code = new_recovery_code(session, wanted.recovery_out)
    slot = slots.make(code, root)
    if wanted.recovery_out is None:
        return _added(session, vault, root, slot, label), {}
    path = Path(wanted.recovery_out).expanduser()
    write_recovery_code(path, code)
    with _taken_back(vault, slot, lambda: path.unlink(missing_ok=True)):
        return _added(session, vault, root, slot, label), {"recovery_out": str(path)}


def _shares(
    session: Session, vault: UnlockedVault, root: bytes, wanted: Wanted, label: str
) -> tuple[KeySlot, dict[str, Any]]:
    from vault.crypto import slots

    assert wanted.need is not None
    assert wanted.of is not None
    slot, texts = slots.make_shares(wanted.need, wanted.of, root)
    if wanted.shares_out is None:
        _hand_out(session, slot, texts)
        return _added(session, vault, root, slot, label), {}
    folder = Path(wanted.shares_out).expanduser()
    files = _write_shares(folder, texts, wanted.need)
    with _taken_back(vault, slot, lambda: shutil.rmtree(folder)):
        made = _added(session, vault, root, slot, label)
    session.console.warn("Give each file to its trustee and delete it here: together they open the vault.")
    return made, {"shares": [str(path) for path in files]}


def _recipient(
    session: Session, vault: UnlockedVault, root: bytes, wanted: Wanted, label: str
) -> tuple[KeySlot, dict[str, Any]]:
    from vault.usecases import key_slots, recipients

    key = wanted.age_key or ""
    if wanted.to is not None:
        record = key_slots.holder(recipients.require_active(vault, wanted.to))
        key, label = record.age_key, label or record.id
    slot = key_slots.recipient_slot(root, key)
    made = key_slots.add(vault, root, slot, label, key.strip(), ask=session.console.can_ask)
    session.console.warn("Whoever has the other half of this key, and a copy of the vault, reads everything in it.")
    return made, {}


_Maker = Callable[[Session, "UnlockedVault", bytes, Wanted, str], "tuple[KeySlot, dict[str, Any]]"]
_MAKERS: dict[str, _Maker] = {
    "passphrase": _passphrase,
    "passphrase+device": _passphrase,
    "recovery": _recovery,
    "shares": _shares,
    "recipient": _recipient,
}


def _added(session: Session, vault: UnlockedVault, root: bytes, slot: Slot, label: str) -> KeySlot:
    from vault.usecases import key_slots

    return key_slots.add(vault, root, slot, label, ask=session.console.can_ask)


@contextlib.contextmanager
def _taken_back(vault: UnlockedVault, slot: Slot, undo: Callable[[], None]) -> Any:
    """Undo what was written if the slot did not come to be. If it may have, that may be all that opens it."""
    try:
        yield
    except BaseException:
        from vault.usecases import key_slots

        if not key_slots.may_stand(vault, slot):
            with contextlib.suppress(OSError):
                undo()
        raise


def _write_shares(folder: Path, texts: list[str], need: int) -> list[Path]:
    from vault.store import output

    note = NOTE.format(need=need, count=len(texts))
    with output.new_folder(folder) as building:
        for number, text in enumerate(texts, 1):
            with output.new_file(building / f"share-{number}.txt") as file:
                file.write(f"{text}\n{note}".encode())
    return [folder / f"share-{number}.txt" for number in range(1, len(texts) + 1)]


def _hand_out(session: Session, slot: Slot, texts: list[str]) -> None:
    """Show each share by itself, to be written on a sheet of its own and typed back from it."""
    console = session.console
    for number, text in enumerate(texts, 1):
        console.say(
            "Share {number} of {count}. Write its words on a sheet of its own:", number=number, count=len(texts)
        )
        console.say("")
        for line in numbered(text.split()):
            console.say("    {words}", words=line)
        console.say("")
        _typed_back(session, slot, number)
    console.say("Clear this window now: whoever scrolls back reads all shares.")


def _typed_back(session: Session, slot: Slot, number: int) -> None:
    from vault.crypto import shares

    while True:
        typed = session.console.ask("Type it back from the paper (four letters of each word are enough)")
        try:
            if shares.check(slot, typed) == number:
                return
            session.console.warn("This is another share of these.")
        except WrongSecret as error:
            session.console.failed(0, error)


def numbered(words: list[str]) -> list[str]:
    """Words with their numbers, some to a line."""
    named = [f"{place:2} {word:8}" for place, word in enumerate(words, 1)]
    return ["  ".join(named[i : i + WORDS_A_LINE]).rstrip() for i in range(0, len(named), WORDS_A_LINE)]
