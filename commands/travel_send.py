"""`casevault travel send` and `receive`: one sealed file, so that the laptop carries no vault at all."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import confirming, identity, paths
from commands.confirming import ConfirmOption
from commands.context import Session, session_of
from commands.printing import size
from vault.errors import CasevaultError, PartlyDone, Usage
from vault.model.ids import tidy_id

if TYPE_CHECKING:
    from vault.crypto.age import Identity
    from vault.usecases.travel_send import Gone, Sent
    from vault.usecases.unlocked import UnlockedVault


def send(
    context: typer.Context,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="The new sealed file.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="R", help="Sealed to this recipient's key; else there are words.")
    ] = None,
    words_file: Annotated[
        str | None, typer.Option("--words-file", metavar="W", help="Write the words to a new file (0600).")
    ] = None,
    remove_vault: Annotated[
        bool, typer.Option("--remove-vault", help="Then delete the vault from this computer.")
    ] = False,
    confirm: ConfirmOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Seal the whole vault into one file, and with --remove-vault travel without it: the safest way to travel.

    Send the file ahead, and learn the words by heart or leave them with somebody. It opens with the words or the key,
    and then still needs the vault's own passphrase or recovery code.
    """
    session = session_of(context)
    target = paths.new_file(paths.needed(session, out), "the sealed file")
    recipient = None if to is None else tidy_id(to)
    place = None if dry_run else _words_place(session, recipient, words_file, target)
    from vault.usecases import travel_header, travel_send

    with session.vault() as vault:
        travel_send.check(vault, recipient, target, remove=remove_vault)
        vault_id, devices = vault.header.vault, travel_header.device_slots(vault.header)
        if dry_run:
            _say_plan(session, vault, target, remove_vault)
            return
        if remove_vault:
            confirming.by_id(session, vault_id, confirm)
        sent = _sent(session, vault, recipient, target, place)
    _say_sent(session, sent, _removed(session, sent, devices) if remove_vault else None)


def _removed(session: Session, sent: Sent, devices: list[str]) -> Gone:
    """The vault deleted. From its beginning on it must never be said that nothing was lost."""
    from vault.usecases import travel_send

    try:
        return travel_send.remove(session.folder, sent.snapshot, devices)
    except KeyboardInterrupt:
        raise PartlyDone(
            "stopped: the sealed file is whole, the vault was not deleted or only in part",
            hint="Look what 'casevault status' says. If it opens no more, delete what is left of its folder by hand.",
        ) from None
    except CasevaultError:
        session.console.say("The sealed file is whole: {path}", path=sent.path)
        raise


def receive(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The sealed file.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="BACKUP", help="The new file; name it so.casevault-backup.")
    ] = None,
    words_file: Annotated[
        str | None, typer.Option("--words-file", metavar="W", help="A file whose first line holds the words.")
    ] = None,
) -> None:
    """Open a sealed file of 'travel send' with its words or --identity: out comes a backup, to be restored.

    No vault is needed. Stock age does the same: age -d -o vault.casevault-backup FILE
    """
    session = session_of(context)
    target = paths.new_file(paths.needed(session, out), "the backup")
    from vault.usecases import travel_send

    path = Path(file).expanduser()
    if not path.is_file():
        raise Usage("there is no sealed file at that place")

    def opened(secret: list[Identity]) -> None:
        with session.console.progress("Opening", path.stat().st_size) as advance:
            travel_send.receive(path, secret, target, advance)

    identity.tried(session, words_file, opened)
    session.console.answer({"travel": {"backup": str(target)}}, [str(target)])
    session.console.hint("make the vault of it: casevault backup restore {path} --out DIR", path=target)


def _words_place(session: Session, recipient: str | None, words_file: str | None, target: Path) -> Path | None:
    """Where the words go, None for the terminal or where there are none. Raises Usage before any work."""
    if recipient is not None:
        if words_file is not None:
            raise Usage("a file sealed to a key has no words: leave --words-file out")
        return None
    if words_file is not None:
        place = paths.new_file(words_file, "the file for the words")
        if paths.same(place, target):
            raise Usage("the sealed file and its words can't be one file", hint="Give --words-file another name.")
        return place
    if not session.console.can_ask_secret:
        raise Usage("the words need a place: give --words-file FILE")
    return None


def _sent(session: Session, vault: UnlockedVault, recipient: str | None, target: Path, place: Path | None) -> Sent:
    from vault.store import output
    from vault.usecases import travel_send

    kept: list[Path] = []
    bar = contextlib.ExitStack()

    def keep(words: str) -> None:
        # Before the file has its name: one whose words are nowhere opens for nobody.
        bar.close()
        if place is None:
            _write_down(session, words)
            return
        with output.new_file(place) as file:
            file.write(words.encode("ascii") + b"\n")
        kept.append(place)

    try:
        with bar:
            advance = bar.enter_context(session.console.progress("Sealing the vault"))
            return travel_send.send(vault, recipient, target, keep, advance)
    except BaseException:
        if not target.exists():
            for path in kept:
                path.unlink(missing_ok=True)
        raise


def _write_down(session: Session, told: str) -> None:
    """Show the words, and have them typed back: nothing that fails or is stopped later may keep them back."""
    from vault.crypto import words

    console = session.console
    console.say("The words. Write them down, apart from the file:")
    console.say("")
    console.say("    {words}", words=told)
    console.say("")
    while words.tidy(console.secret("Type them back from the paper")) != told:
        console.warn("These were not the words.")


def _say_plan(session: Session, vault: UnlockedVault, target: Path, removes: bool) -> None:
    t = session.console.text
    shape = {"dry_run": True, "vault": vault.header.vault, "path": str(target), "removes": removes}
    lines = [t("The whole vault would be sealed into {path}.", path=target)]
    if removes:
        lines.append(t("Then the vault at {folder} would be deleted.", folder=vault.folder))
    session.console.answer({"travel": shape}, lines)


def _say_sent(session: Session, sent: Sent, gone: Gone | None) -> None:
    console = session.console
    shape: dict[str, Any] = {"path": str(sent.path), "sha256": sent.sha256, "size": sent.size}
    if gone is not None:
        shape["removed"] = {"vault": gone.vault, "device_secrets": gone.forgotten.secrets, "left": list(gone.left)}
    console.answer({"travel": shape}, [str(sent.path), f"SHA-256  {sent.sha256}", size(sent.size, console.lang)])
    console.say("It was read back, every byte. It needs the vault's own passphrase or recovery code too.")
    if gone is None:
        console.hint(
            "leave this computer at home, or seal it once more with --remove-vault when the file has arrived"
        )
        return
    console.say("The vault was deleted from this computer.")
    console.warn(
        "Deleted is not wiped: an SSD, snapshots and backups may keep the encrypted files. That a vault was here "
        "can be seen in the folder for state."
    )
    if gone.left:
        raise PartlyDone("some files of the vault could not be deleted", hint="Delete its folder by hand.")
