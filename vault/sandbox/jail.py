"""Run a job in the jail, and say what the jail of this system is worth."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from vault.errors import Refused
from vault.sandbox import reasons
from vault.sandbox.transport import DEFAULT_LIMITS, Answer, Limits, exchange, may_be_strong, worker_command

FeatureState = Literal["works", "missing", "never run"]
PROBE_LIMITS = Limits(wall_seconds=20.0, cpu_seconds=10)
RUN_ON = frozenset({"linux/x86_64"})
"""Where the jail was run and attacked by its makers. Elsewhere it follows documentation, and `doctor` says so."""
NEVER_RUN = "took hold; never run on this system by its makers"
MITIGATIONS = 6


@dataclass(frozen=True, slots=True)
class Feature:
    """One wall of the jail: whether it stands here, and what that means."""

    feature: str
    state: FeatureState
    detail: str


@dataclass(frozen=True, slots=True)
class JailReport:
    """`strong` is whether documents may be parsed here without --accept-weak-jail."""

    strong: bool
    features: tuple[Feature, ...]


def run(
    job: str,
    request: Mapping[str, object],
    blobs: Sequence[bytes | BinaryIO] = (),
    limits: Limits = DEFAULT_LIMITS,
    *,
    accept_weak_jail: bool = False,
) -> Answer:
    """Do one job in a fresh process; what comes back is bounded but not to be believed.

    The jobs and their requests stand in `vault/worker/__main__.py` and the modules named there. Raises Refused
    with kind encrypted, damaged, unsupported or unreadable, in words that hold nothing of the document.
    """
    if not may_be_strong() and not accept_weak_jail:
        raise reasons.refusal("no-jail")
    return exchange(worker_command(), job, request, blobs, limits, accept_weak_jail)


def jail_report() -> JailReport:
    """Start a worker that holds no document, and report which walls it found around itself."""
    always = [
        Feature("separate process", "works", "a fresh one for each document, without keys, files or environment"),
        Feature("time and answer", "works", "bounded from outside, whatever the document does"),
    ]
    try:
        untrusted = run("probe", {}, limits=PROBE_LIMITS, accept_weak_jail=True).header
    except Refused as refused:
        return JailReport(False, (Feature("separate process", "missing", refused.message),))
    jail = untrusted.get("jail")
    took_hold: Mapping[str, object] = jail if isinstance(jail, dict) else {}
    stand = took_hold.get("walls")
    walls: Mapping[str, object] = stand if isinstance(stand, dict) else {}
    closed = took_hold.get("open") == [] and untrusted.get("open") == []
    strong = took_hold.get("strong") is True and closed
    return JailReport(strong, (*always, *_as_run(_walls(took_hold.get("system"), walls, closed=closed))))


def where() -> str:
    """This system and machine, as `RUN_ON` has them."""
    return f"{sys.platform}/{platform.machine()}"


def _as_run(features: Sequence[Feature]) -> list[Feature]:
    """What stands on a system that its makers never ran it on is only said to stand."""
    if where() in RUN_ON:
        return list(features)
    return [Feature(f.feature, "never run", NEVER_RUN) if f.state == "works" else f for f in features]


def _walls(system: object, walls: Mapping[str, object], *, closed: bool) -> list[Feature]:
    by_system = {"linux": _on_linux, "macos": _on_macos, "windows": _on_windows}
    features = by_system[system](walls) if isinstance(system, str) and system in by_system else []
    if closed:
        return [*features, Feature("files and network", "works", "tried from inside, and refused")]
    return [*features, Feature("files and network", "missing", _OPEN.get(str(system), _REACHED))]


_REACHED = "tried from inside, and reached"
_OPEN = {"windows": "a hostile document that takes its reader over can read your files and send them away"}


def _wall(walls: Mapping[str, object], name: str, good: str, bad: str) -> Feature:
    return Feature(name, "works", good) if walls.get(name) else Feature(name, "missing", bad)


def _on_linux(walls: Mapping[str, object]) -> list[Feature]:
    none = f"this kernel or container, or the machine {platform.machine()}, has none that we can use"
    return [
        _wall(walls, "limits", "memory, processor time, files and core dumps", "the system refused a limit"),
        _wall(walls, "one thread", "the walls bind all that runs in it", "a thread would stay outside the walls"),
        _wall(walls, "no new privileges", "for good", "the system refused it"),
        _wall(
            walls,
            "Landlock",
            f"version {walls.get('Landlock')}",
            "this kernel has none; seccomp alone keeps files away",
        ),
        _wall(walls, "seccomp", "no files, network, children or signals", none),
    ]


def _on_macos(walls: Mapping[str, object]) -> list[Feature]:
    return [
        _wall(walls, "limits", "processor time, files and core dumps", "the system refused a limit"),
        Feature("memory", "missing", "the system has no bound for it that we can use"),
        _wall(walls, "sandbox", "no files, network, children or signals", "the system refused it"),
        _wall(walls, "no debugger", "for good", "the system refused it"),
    ]


def _on_windows(walls: Mapping[str, object]) -> list[Feature]:
    some = walls.get("mitigations") == MITIGATIONS
    return [
        _wall(walls, "limits", "by a job: memory, processor time, no children", "the system refused the job"),
        _wall(walls, "no privileges", "all removed", "the system refused it"),
        _wall(walls, "untrusted", "it can write to nothing that is yours", "the system refused it"),
        Feature("mitigations", "works", "no new code, children or extensions") if some
        else Feature("mitigations", "missing", "the system refused some of them"),
    ]  # fmt: skip
