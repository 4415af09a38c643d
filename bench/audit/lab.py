"""A laptop with a real vault, whose days go by under a clock of the script's, and an auditor with a folder.

day 0     an auditor is noted, the first deposit is made and checked
day 2     somebody looks at an item: this is what is to be hidden
day 3     the head is stamped by an authority; its answer is kept elsewhere too
day 3.5   an image of the whole disk is taken
day 4     the second deposit: exported, checked, cosigned, accepted
day 5     more is looked at
"""

from __future__ import annotations

import contextlib
import io
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.audit.hand import Hand, clock_of
from vault.audit.kept import Stamp
from vault.crypto import slots
from vault.errors import CasevaultError
from vault.session import places
from vault.usecases import (
    adding,
    auditor,
    cases,
    depositing,
    items,
    keygen,
    opening,
    recipients,
    stamping,
)
from vault.usecases.auditor import Checked, Terms
from vault.usecases.unlocked import UnlockedVault

CODE = slots.RecoveryCode(bytes(range(32)))
DAY = 86_400
DAYS_AGO = 9
IMAGE = "image"
"""The folder with the disk as it was on day 3.5."""


@dataclass
class Laptop:
    """One computer: `base`/vault and what the program keeps on the device, in `base`/device."""

    base: Path
    hand: Hand
    auditor: str = ""
    case: str = ""
    item: str = ""
    hidden: int = -1
    """The first of the two entries that tell of the look on day 2."""
    deposited: int = 0
    """How many entries the second deposit has."""
    sealed: int = 0
    """How many entries there were when the last day was sealed."""
    stamp: Stamp | None = None
    """As it is kept outside the laptop."""
    first_key: bytes = b""
    """The file with the seal key of day 0, as an owner might keep it who plans ahead."""

    @property
    def vault(self) -> Path:
        return self.base / "vault"

    @property
    def device(self) -> Path:
        return self.base / "device"

    @contextlib.contextmanager
    def open(self) -> Iterator[UnlockedVault]:
        """The vault, opened on this computer at this time, whatever the computer remembers of another state of it."""
        with self.here(), opening.open_vault(self.vault, CODE, accept_rollback=True) as vault:
            yield vault

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """What the program does now, it does on this computer."""
        before = places.state_folder
        places.state_folder = lambda: self.device
        try:
            with clock_of(self.hand):
                yield
        finally:
            places.state_folder = before

    def copy(self, base: Path) -> Laptop:
        """The whole disk, in another place."""
        base.mkdir(parents=True)
        for name in ("vault", "device"):
            shutil.copytree(self.base / name, base / name)
        return replace(self, base=base, hand=replace(self.hand))

    def look(self, times: int = 1) -> None:
        """Open the vault and look at the item."""
        with self.open() as vault:
            for _ in range(times):
                items.show(vault, self.item)

    def forward(self, days: float) -> None:
        self.hand.seconds += days * DAY

    def seal_key(self) -> Path:
        """The file with the seal key on this device."""
        return next((self.device / "seals").glob("*/key"))


@dataclass
class Auditor:
    """The auditor's folder: the identity file, and what is remembered of each log after each deposit."""

    base: Path
    exports: int = field(default=0)

    @property
    def identity(self) -> bytes:
        return (self.base / "identity").read_bytes()

    def state(self, name: str) -> Path:
        return self.base / f"state-{name}"

    def check(self, export: Path, state: str, hand: Hand, **more: object) -> Checked:
        """As `casevault audit check`, with a copy of what was remembered then, which stays as it is."""
        self.exports += 1
        copied = self.base / f"copy-{self.exports}"
        shutil.copytree(self.state(state), copied)
        own = keygen.witness(self.identity).key
        terms = Terms(now=int(hand.seconds), own=own, **more)  # type: ignore[arg-type]
        return auditor.check(export, keygen.identities(self.identity), copied, terms)

    def accept(self, export: Path, state: str, hand: Hand) -> Checked:
        """As `casevault audit check --accept seal`; what is remembered goes on."""
        terms = Terms(now=int(hand.seconds), own=keygen.witness(self.identity).key, accept=frozenset({"seal"}))
        return auditor.check(export, keygen.identities(self.identity), self.state(state), terms)

    def cosign(self, export: Path, state: str, hand: Hand, out: Path) -> None:
        """As `casevault audit cosign`; what is remembered goes on."""
        cosigner = keygen.witness(self.identity)
        terms = Terms(now=int(hand.seconds))
        done = auditor.cosign(export, keygen.identities(self.identity), self.state(state), cosigner, out, terms)
        if not done.written:
            raise RuntimeError([one.message for one in done.checked.findings])


Reply = Callable[[bytes], tuple[bytes, bytes]]
"""An authority: a request in, its answer and its chain of certificates out."""


def export(laptop: Laptop, out: Path) -> Path:
    """As `casevault audit export`."""
    with laptop.open() as vault:
        depositing.export(vault, laptop.auditor, out)
    return out


def build(base: Path, reply: Reply | None) -> tuple[Laptop, Auditor]:
    """Days 0 to 5 as they are above. `reply` is None where there is no authority."""
    laptop, person = Laptop(base / "laptop", Hand(time.time() - DAYS_AGO * DAY)), Auditor(base / "auditor")
    person.base.mkdir(parents=True)
    laptop.base.mkdir()
    _day_0(laptop, person)
    laptop.forward(1)
    laptop.look(2)
    laptop.forward(1)
    with laptop.open() as vault:
        items.show(vault, laptop.item)
        laptop.hidden = vault.log.head().size
        items.show(vault, laptop.item, purpose="other")
    laptop.forward(1)
    laptop.look()
    if reply is not None:
        _stamp(laptop, reply)
    laptop.forward(0.5)
    laptop.look()
    laptop.copy(base / IMAGE)
    laptop.forward(0.5)
    shutil.copytree(person.state("first"), person.state("second"))
    _deposit(laptop, person, "second", base / "second.age")
    laptop.forward(1.2)
    with laptop.open() as vault:
        laptop.sealed = next(vault.log.entries(action="audit.seal", reverse=True, limit=1)).seq
        for _ in range(3):
            items.show(vault, laptop.item)
    return laptop, person


def _day_0(laptop: Laptop, person: Auditor) -> None:
    with laptop.here():
        opening.create(laptop.vault, [CODE])
    public = keygen.make(person.base / "identity", classic=True)
    with laptop.open() as vault:
        record = recipients.add(vault, "auditor", "Auditor", "", public.age, public.verifier)
        case = cases.new(vault, "Case")
        adder = adding.Adder(vault, case.id, adding.Provenance())
        (added,) = adder.add([adding.NewFile(None, io.BytesIO(b"what is in it"), "note.bin")])
        if added.evidence is None:
            raise added.error or CasevaultError("nothing was added")
        laptop.auditor, laptop.case, laptop.item = record.id, case.id, added.evidence.id
    laptop.first_key = laptop.seal_key().read_bytes()
    _deposit(laptop, person, "first", laptop.base.parent / "first.age")


def _deposit(laptop: Laptop, person: Auditor, state: str, out: Path) -> None:
    export(laptop, out)
    person.state(state).mkdir(exist_ok=True)
    answer = out.with_suffix(".cosigned")
    person.cosign(out, state, laptop.hand, answer)
    with laptop.open() as vault:
        laptop.deposited = depositing.accept(vault, answer).size


def _stamp(laptop: Laptop, reply: Reply) -> None:
    request = laptop.base.parent / "head.tsq"
    with laptop.open() as vault:
        stamping.request(vault, request)
        stamping.receive(vault, *reply(request.read_bytes()))
        (laptop.stamp,) = vault.log.kept.stamps()
