"""One trial: a command, disturbed at one point; afterwards the old or the new state stands, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fault_lab
from fault_lab import EARLIER, NEW, Lab, Run
from fault_tracer import NEEDS_SPACE, SYNCS, X86_64

from vault.crypto import age
from vault.usecases import ledger, originals, receiving

MOVES = {"rename", "renameat", "renameat2", "link", "linkat"}
MATTERS = {"full": NEEDS_SPACE, "sync": SYNCS, "kill": set(X86_64.values())}


@dataclass(frozen=True)
class Scenario:
    """A command to disturb. `judge` raises AssertionError if what it left is neither the old nor the new state."""

    name: str
    start: Callable[[Lab, Path], Lab]
    arguments: Callable[[Lab], list[str]]
    judge: Callable[[Lab, Run], None]


def _add_arguments(lab: Lab) -> list[str]:
    return lab.arguments("evidence", "add", lab.case, "--accept-weak-jail", *map(str, lab.sources))


def _judge_add(lab: Lab, found: Run) -> None:
    added = fault_lab.check_vault(lab)
    got = sorted(item.sha256.hex() for item in added)
    assert got in ([], fault_lab.hashes(NEW)), "neither the old nor the new state"
    if found.code == 0:
        assert got, "it said that the files were added"
    # The files that were read are as they were, and the work can go on.
    assert {path.name: path.read_bytes() for path in lab.sources} == NEW
    again = fault_lab.run(_add_arguments(lab))
    assert again.code == 0, again.stderr
    assert len(again.answer["evidence"]) == len(NEW)
    assert len(fault_lab.check_vault(lab)) == len(got) + len(NEW)


def _start_init(lab: Lab, base: Path) -> Lab:
    del lab
    lab = Lab(base).here()
    lab.state.mkdir(parents=True)
    return lab


def _init_arguments(lab: Lab) -> list[str]:
    return lab.arguments("init", "--no-passphrase", "--recovery-out", str(lab.sheet))


def _judge_init(lab: Lab, found: Run) -> None:
    if not lab.vault.exists():
        assert found.code != 0
        lab.sheet.unlink(missing_ok=True)
        again = fault_lab.run(_init_arguments(lab))
        assert again.code == 0, again.stderr
    assert fault_lab.check_vault(lab) == []
    for path in lab.room.iterdir():
        if path not in (lab.vault, lab.sheet, lab.state):
            # At most the half-written sheet of a vault that never came to be.
            assert path.is_file(), f"a half-made vault was left behind: {path.name}"
            assert path.read_bytes() != lab.sheet.read_bytes()


def bundle_arguments(lab: Lab, out: Path | None = None) -> list[str]:
    """A bundle of the one item that can be in one."""
    return lab.arguments(
        "bundle", "create", lab.case, "--to", lab.recipient, "--only", lab.readable, "--purpose", "filing",
        "--accept-weak-jail", "--out", str(out or lab.bundle),
    )  # fmt: skip


def _judge_bundle(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    with lab.open() as vault:
        listed = ledger.of_case(vault, lab.case)
    noted = [one.record.sha256.hex() for one in listed if one.outstanding]
    assert len(listed) <= 1
    if lab.bundle.exists():
        # What left is whole, and the vault knows of it.
        received = receiving.verify(lab.bundle, [age.parse_identity(lab.identity.read_text().strip())])
        assert [received.sha256] == noted
    else:
        assert found.code != 0
        # Whoever was stopped can't take back what was noted; whoever failed does, or says how.
        assert found.code is None or not noted or f"bundle mark {listed[0].record.id} void" in found.stderr
    for path in lab.room.iterdir():
        if path.suffix == ".part":
            assert path.read_bytes() == b"" or path.read_bytes().startswith(b"age-encryption.org/v1"), "plain text"
    again = fault_lab.run(bundle_arguments(lab, lab.room / "again.age"))
    assert again.code == 0, again.stderr


def _get_arguments(lab: Lab) -> list[str]:
    return lab.arguments("evidence", "get", lab.binary, "--out", str(lab.got))


def _judge_get(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    if lab.got.exists():
        assert lab.got.read_bytes() == EARLIER["first.bin"]
    else:
        assert found.code != 0
    lying = {path for path in lab.room.iterdir() if path not in (lab.vault, lab.sheet, lab.state)}
    with lab.open() as vault:
        known = {Path(one.path) for one in originals.still_there(vault) if one.origin == "get"}
    assert {path for path in lying if path.stat().st_size} <= known, "a plain copy that the vault does not know of"
    if found.code is not None:
        assert lying <= {lab.got}, "something was left beside the output"


def _copy(lab: Lab, base: Path) -> Lab:
    return lab.copy(base)


SCENARIOS = {
    "init": Scenario("init", _start_init, _init_arguments, _judge_init),
    "evidence add": Scenario("evidence add", _copy, _add_arguments, _judge_add),
    "bundle create": Scenario("bundle create", _copy, bundle_arguments, _judge_bundle),
    "evidence get": Scenario("evidence get", _copy, _get_arguments, _judge_get),
}


def chosen(points: list[str], mode: str, count: int) -> list[int]:
    """`count` points: the renames and what follows them, then evenly over those that matter, first and last too."""
    places = [at for at, point in enumerate(points, 1) if point in MATTERS[mode]]
    spread = {places[i * (len(places) - 1) // max(1, count - 1)] for i in range(count)}
    moves = [at for at in places if points[at - 1] in MOVES] if mode == "kill" else []
    first = (moves + [at + 1 for at in moves if at < len(points)])[: count // 2]
    return (first + sorted(spread - set(first)) + places)[:count]


def points(scenario: Scenario, lab: Lab, base: Path) -> list[str]:
    """The points of an undisturbed run, which must end well."""
    fresh = scenario.start(lab, base)
    found = fault_lab.disturb(fresh, scenario.arguments(fresh))
    assert found.code == 0, found.stderr
    shutil.rmtree(base)
    return found.points


def trial(scenario: Scenario, lab: Lab, base: Path, mode: str, at: int) -> Run:
    """Disturb a command once, and judge what it left."""
    fresh = scenario.start(lab, base)
    found = fault_lab.disturb(fresh, scenario.arguments(fresh), mode, at)
    if mode == "kill":
        assert found.code is None or len(found.points) < at, "the process was not killed"
    else:
        fault_lab.check_refusal(found)
    scenario.judge(fresh, found)
    shutil.rmtree(base)
    return found
