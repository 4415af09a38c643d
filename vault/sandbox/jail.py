"""Run a job in the jail, and say what the jail of this system is worth."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from vault.errors import Refused
from vault.sandbox import reasons
from vault.sandbox.transport import DEFAULT_LIMITS, Answer, Limits, exchange, worker_command

FeatureState = Literal["works", "missing", "never run"]
PROBE_LIMITS = Limits(wall_seconds=20.0, cpu_seconds=10)


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
    if sys.platform != "linux" and not accept_weak_jail:
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
    took_hold = jail if isinstance(jail, dict) else {}
    reachable = untrusted.get("open")
    if sys.platform != "linux":
        return JailReport(False, (*always, *_elsewhere(bool(took_hold.get("limits")))))
    features = [*always, *_on_linux(took_hold, reachable)]
    strong = all(one.state == "works" or one.feature == "Landlock" for one in features)
    return JailReport(strong, tuple(features))


def _on_linux(took_hold: Mapping[str, object], reachable: object) -> list[Feature]:
    def stands(name: str, key: str, good: str, bad: str) -> Feature:
        return Feature(name, "works", good) if took_hold.get(key) else Feature(name, "missing", bad)

    version = took_hold.get("landlock")
    seccomp = stands(
        "seccomp",
        "seccomp",
        "no files, network, children or signals",
        f"this kernel or container, or the machine {platform.machine()}, has none that we can use",
    )
    if seccomp.state == "works" and platform.machine() != "x86_64":
        seccomp = Feature("seccomp", "works", "loaded; its table for this machine was never run by its makers")
    return [
        stands("limits", "limits", "memory, processor time, files and core dumps", "the system refused a limit"),
        stands("no new privileges", "no_new_privileges", "for good", "the system refused it"),
        stands("Landlock", "landlock", f"version {version}", "this kernel has none; seccomp alone keeps files away"),
        seccomp,
        Feature("files and network", "works", "tried from inside, and refused")
        if reachable == []
        else Feature("files and network", "missing", "tried from inside, and reached"),
    ]


def _elsewhere(limits_hold: bool) -> list[Feature]:
    detail = "not built for this system; a hostile document that takes its reader over reaches your files"
    return [
        Feature(
            "limits",
            "never run",
            "set, but never tried on this system by its makers" if limits_hold else "memory has no bound here",
        ),
        Feature("files and network", "missing", detail),
    ]
