"""Attacks on the log of a real vault, and which scheme shows each: `python -m bench.audit.attacks`.

Prints a line for each attack, and compares with the table in docs/audit.md. What each scheme is asked:

    hash chain      a chain of hashes over all entries, kept where the log is
    seal            the auditor, who was given the first seal key on day 0 and remembers nothing of later
    signed head     `casevault audit verify` on the laptop
    deposit         the auditor, who cosigned a head on day 4; also by the times of cosignatures, and by gaps in seals
    time stamp      an answer of day 3 from an authority, of which a copy is kept outside the laptop
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bench.audit import lab, tamper
from bench.audit.lab import IMAGE, Auditor, Laptop, Reply
from vault.audit.kept import Kept, Stamp
from vault.audit.log import AuditLog, Late
from vault.crypto import age
from vault.model.events import Entry, Event, Writer
from vault.model.records import Evidence
from vault.store.catalogue import Catalogue
from vault.usecases import sealing, stamping
from vault.usecases.auditor import Checked

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "audit.md"
SCHEMES = ("hash chain", "seal", "signed head", "deposit", "time stamp")
LATE = 2 * lab.DAY
"""A seal that is made so long after its day was over says that the vault was not opened in between, or not logged."""


@dataclass
class Shown:
    """What is looked at after an attack: the laptop, the export that the auditor gets, others that they saw before
    it, and the stamps that somebody has a copy of."""

    laptop: Laptop
    export: Path
    before: Sequence[Path] = ()
    stamps: list[Stamp] = field(default_factory=list)


@dataclass(frozen=True)
class Trial:
    """A room for one attack: a folder of its own, the laptop to be attacked (a copy), the image, the authority."""

    base: Path
    laptop: Laptop
    image: Path
    reply: Reply | None

    def out(self, name: str = "shown.age") -> Path:
        return self.base / name

    def shown(self, laptop: Laptop | None = None) -> Shown:
        """Some more of a day goes by, and the program makes its export."""
        laptop = laptop or self.laptop
        laptop.forward(0.2)
        laptop.look()
        return Shown(laptop, lab.export(laptop, self.out()))

    def bare(self) -> Shown:
        """The log as it is, exported by a program that adds nothing to it."""
        return Shown(self.laptop, tamper.bare_export(self.laptop, self.out()))


def thief_sealed(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.altered(trial.laptop.hidden))
    return trial.shown()


def thief_with_older_key(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.altered(trial.laptop.hidden), trial.laptop.first_key)
    return trial.shown()


def thief_newest(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.altered(trial.laptop.sealed + 1))
    return trial.shown()


def thief_with_new_chain(trial: Trial) -> Shown:
    """As if the seal key had been lost on day 2: nothing later is sealed, and a new chain begins."""
    laptop = trial.laptop
    with laptop.open() as vault:
        late = {one.seq for one in vault.log.entries(action="audit.seal") if one.seq > laptop.hidden}
    change = tamper.altered(laptop.hidden)
    tamper.rewrite(laptop, lambda parts: [one for seq, one in enumerate(change(parts)) if seq not in late])
    shutil.rmtree(laptop.device / "seals")
    return trial.shown()


def owner_deposited(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.without(trial.laptop.hidden), trial.laptop.first_key)
    return trial.shown()


def owner_newest(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.without(trial.laptop.sealed + 1), trial.laptop.first_key)
    return trial.shown()


def cut_days(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.cut(trial.laptop.deposited - 3))
    return trial.shown()


def cut_newest(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.cut(trial.laptop.sealed + 3))
    return trial.shown()


def cut_and_shown(trial: Trial) -> Shown:
    tamper.rewrite(trial.laptop, tamper.cut(trial.laptop.deposited - 1))
    return trial.bare()


def image_put_back(trial: Trial) -> Shown:
    back = trial.laptop
    shutil.rmtree(back.base)
    shutil.copytree(trial.image, back.base)
    return trial.shown()


def folder_put_back(trial: Trial) -> Shown:
    shutil.rmtree(trial.laptop.vault)
    shutil.copytree(trial.image / "vault", trial.laptop.vault)
    return trial.shown()


def older_head_shown(trial: Trial) -> Shown:
    """The head of the first deposit is one that the auditor has seen."""
    with trial.laptop.open() as vault:
        first = next(one.seq for one in vault.log.entries(action="audit.export") if one.phase == "intent")
    tamper.rewrite(trial.laptop, tamper.cut(first + 1))
    return trial.bare()


def clone_seen(trial: Trial) -> Shown:
    clone = trial.laptop.copy(trial.base / "clone")
    trial.laptop.forward(0.1)
    trial.laptop.look()
    first = lab.export(trial.laptop, trial.out("first.age"))
    return replace(trial.shown(clone), before=(first,))


def clone_unseen(trial: Trial) -> Shown:
    clone = trial.laptop.copy(trial.base / "clone")
    trial.laptop.look(3)
    return trial.shown(clone)


def clone_elsewhere(trial: Trial) -> Shown:
    """Only the vault's folder was copied: the other computer has no seal key."""
    clone = trial.laptop.copy(trial.base / "clone")
    shutil.rmtree(clone.device)
    trial.laptop.look(3)
    return trial.shown(clone)


def clock_behind(trial: Trial) -> Shown:
    trial.laptop.forward(-60)
    trial.laptop.look(2)
    trial.laptop.forward(60)
    return trial.shown()


def clock_ahead(trial: Trial) -> Shown:
    trial.laptop.forward(60)
    trial.laptop.look(2)
    stamps = []
    if trial.reply is not None:
        request = trial.base / "ahead.tsq"
        with trial.laptop.open() as vault:
            stamping.request(vault, request)
            stamping.receive(vault, *trial.reply(request.read_bytes()))
            stamps = [vault.log.kept.stamps()[-1]]
    trial.laptop.forward(-60)
    return replace(trial.shown(), stamps=stamps)


def silent_days(trial: Trial) -> Shown:
    """A program without a log, which can't seal either."""
    with _without(sealing, "catch_up", lambda _: None):
        for _ in range(4):
            trial.laptop.forward(1)
            _look_unlogged(trial.laptop)
    return trial.shown()


def silent_reads(trial: Trial) -> Shown:
    """The program itself, with one line in it changed: it seals each day."""
    for _ in range(4):
        trial.laptop.forward(1)
        _look_unlogged(trial.laptop)
    return trial.shown()


def raw_key(trial: Trial) -> Shown:
    """The keys as they were read from memory once; the files with any other program."""
    with trial.laptop.open() as vault:
        keys, stored = vault.keys, vault.objects
    catalogue = Catalogue.open(trial.laptop.vault, keys.catalogue)
    item = catalogue.require(Evidence, trial.laptop.item)
    with trial.laptop.open() as vault:
        identity = vault.identity(str(item.case_id))
    with stored.path(item.object).open("rb") as file:
        plain = b"".join(age.Decryptor(file, [identity]).chunks())
    catalogue.close()
    if not plain.startswith(b"what is in it"):
        raise RuntimeError("nothing was read")
    return trial.shown()


def _look_unlogged(laptop: Laptop) -> None:
    """Look, where the log takes nothing but seals."""
    real = AuditLog.append

    def append(
        log: AuditLog, events: Sequence[Event | Late], writer: Writer, also: Callable[[Kept], object] | None = None
    ) -> list[Entry]:
        return real(log, [one for one in events if not isinstance(one, Event)], writer, also)

    with _without(AuditLog, "append", append):
        laptop.look(3)


@contextlib.contextmanager
def _without(owner: object, name: str, other: object) -> Iterator[None]:
    """Another function in the place of one of the program's."""
    real = getattr(owner, name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        setattr(owner, name, real)


ATTACKS: dict[str, Callable[[Trial], Shown]] = {
    "a thief alters what was sealed and deposited": thief_sealed,
    "the same, with an older copy of the seal key": thief_with_older_key,
    "the same, and seals go on in a new chain": thief_with_new_chain,
    "a thief alters what came after the last seal and deposit": thief_newest,
    "the owner, who put the first seal key aside, takes out what was deposited": owner_deposited,
    "the same, of what came after the last deposit": owner_newest,
    "the end is cut off, with days of seals and a deposit": cut_days,
    "the end is cut off, after the last seal and deposit": cut_newest,
    "the end is cut off, and that is shown to the auditor as it is": cut_and_shown,
    "an image of the whole disk is put back": image_put_back,
    "an older copy of the vault's folder is put back": folder_put_back,
    "an older head, seen before, is shown to the auditor": older_head_shown,
    "the whole disk is cloned, and the auditor sees both": clone_seen,
    "the whole disk is cloned, and the auditor sees one": clone_unseen,
    "the vault's folder is used on another computer too, and the auditor sees that one": clone_elsewhere,
    "the clock is set back for a while": clock_behind,
    "the clock is set ahead for a while": clock_ahead,
    "nothing is logged for days": silent_days,
    "only reads are left out of the log": silent_reads,
    "the holder reads the files with the raw keys": raw_key,
}


@dataclass(frozen=True)
class Result:
    """Whether each scheme shows an attack (None: it was not asked), and the kinds of findings of the deposit."""

    found: dict[str, bool | None]
    kinds: tuple[str, ...]
    said: tuple[str, ...]


def judge(shown: Shown, person: Auditor, *, stamps: bool) -> Result:
    """Ask each scheme."""
    laptop = shown.laptop
    chain = not tamper.extend_chain(laptop)
    with laptop.open() as vault:
        local = bool(vault.log.verify().problems)
        entries = list(vault.log.entries())
        times = {entry.seq: entry.time for entry in entries}
        kept = [one for one in (laptop.stamp, *shown.stamps) if one is not None]
        checked = stamping.check_stamps(kept, vault.log.root_at, lambda size: times.get(size - 1))
    seen: list[Entry] = []
    first = person.check(shown.export, "first", laptop.hand)
    seal = [one.message for one in first.findings if one.kind == "seal"]
    deposit = _deposit(shown, person, seen)
    kinds = {one.kind for one in deposit.findings} - {"seal", "overdue"} | _by_hand(seen, deposit)
    found: dict[str, bool | None] = {
        "hash chain": chain,
        "seal": bool(seal),
        "signed head": local,
        "deposit": bool(kinds),
        "time stamp": any(one.problem or one.ahead for one in checked) if stamps else None,
    }
    said = [*seal, *(one.message for one in deposit.findings), *(one.problem for one in checked if one.problem)]
    return Result(found, tuple(sorted(kinds)), tuple(dict.fromkeys(said)))


def _deposit(shown: Shown, person: Auditor, seen: list[Entry]) -> Checked:
    if not shown.before:
        return person.check(shown.export, "second", shown.laptop.hand, visitor=seen.append)
    state = person.state("both")
    shutil.rmtree(state, ignore_errors=True)
    shutil.copytree(person.state("second"), state)
    for number, path in enumerate(shown.before):
        person.cosign(path, "both", shown.laptop.hand, path.with_suffix(f".answer-{number}"))
    return person.check(shown.export, "both", shown.laptop.hand, visitor=seen.append)


def _by_hand(entries: Sequence[Entry], checked: Checked) -> set[str]:
    """What the check says beside its findings (times that cosignatures exclude), and days that were sealed late."""
    kinds = {"clock"} if checked.clock else set()
    starts = {entry.object: _seconds(entry.time) for entry in entries if entry.action == "audit.chain"}
    for entry in entries:
        if entry.action == "audit.seal" and entry.count is not None and entry.object in starts:
            due = starts[entry.object] + (entry.count + 1) * lab.DAY
            if _seconds(entry.time) - due > LATE and "clock" not in kinds:
                kinds.add("gap")
    return kinds


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def run(base: Path, reply: Reply | None, names: Sequence[str] = tuple(ATTACKS)) -> dict[str, Result]:
    """Every attack, each on a copy of one vault."""
    laptop, person = lab.build(base / "lab", reply)
    tamper.extend_chain(laptop)
    image = base / "lab" / IMAGE
    found = {}
    for number, name in enumerate(names):
        room = base / f"attack-{number}"
        room.mkdir()
        trial = Trial(room, laptop.copy(room / "laptop"), image, reply)
        found[name] = judge(ATTACKS[name](trial), person, stamps=reply is not None)
        shutil.rmtree(room)
    return found


def unharmed(base: Path, reply: Reply | None) -> Result:
    """The same questions where nobody did anything."""
    laptop, person = lab.build(base / "lab", reply)
    tamper.extend_chain(laptop)
    return judge(Trial(base, laptop, base, reply).shown(), person, stamps=reply is not None)


def table(text: str) -> dict[str, dict[str, tuple[bool, tuple[str, ...]]]]:
    """The page's table: attack → scheme → whether it shows, and the kinds that the page names."""
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 1 + len(SCHEMES) and re.match("yes|no", cells[1]):
            rows[cells[0]] = {
                scheme: (cell.startswith("yes"), tuple(re.findall("`([a-z]+)`", cell)))
                for scheme, cell in zip(SCHEMES, cells[1:], strict=True)
            }
    return rows


def differences(found: dict[str, Result], page: dict[str, dict[str, tuple[bool, tuple[str, ...]]]]) -> list[str]:
    """Where the page says something else than what came out."""
    wrong = []
    for name, result in found.items():
        said = page.get(name)
        if said is None:
            wrong.append(f"{name}: not in the table")
            continue
        for scheme, detected in result.found.items():
            if detected is not None and detected != said[scheme][0]:
                wrong.append(f"{name}: {scheme}: {_word(detected)}, the table says {_word(said[scheme][0])}")
        if tuple(sorted(said["deposit"][1])) != result.kinds:
            wrong.append(f"{name}: found {', '.join(result.kinds)}; the table says {', '.join(said['deposit'][1])}")
    return wrong


def _word(detected: bool | None) -> str:
    return "–" if detected is None else "yes" if detected else "no"


def authority(base: Path) -> Reply | None:
    """The tests' own time stamp authority, where there is openssl."""
    if shutil.which("openssl") is None:
        return None
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "crypto")]
    import tsa  # type: ignore[import-not-found]

    made = tsa.Authority(base)
    return lambda request: (made.reply(request), made.chain)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--say", action="store_true", help="print what the program says of each")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        found = run(base, authority(base / "authority"))
    print(f"{'':<82} " + " ".join(f"{scheme:>11}" for scheme in SCHEMES))
    for name, result in found.items():
        cells = " ".join(f"{_word(result.found[scheme]):>11}" for scheme in SCHEMES)
        print(f"{name:<82} {cells}  {' '.join(result.kinds)}")
        if given.say:
            print("".join(f"    {sentence}\n" for sentence in result.said), end="")
    page = table(PAGE.read_text("utf-8"))
    wrong = [*differences(found, page), *(f"{name}: was not tried" for name in page.keys() - found.keys())]
    print("\n".join(wrong) or "as docs/audit.md says")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
