"""What `doctor` says of the places that a vault lies in: which state of it this computer saw last, whether a cloud
copies its folder, whether indexers are kept out of it."""

from __future__ import annotations

from collections.abc import Iterator

from vault.session import markers, places, sync_folders
from vault.usecases import rollback, travel_return
from vault.usecases.doctor import Finding
from vault.usecases.unlocked import UnlockedVault

_OLDER = "older copies"
_ASK = (
    "Compare the last entries ('casevault audit show') with what you did. If nobody has cleaned up this computer's "
    "files or used other keys, ask who was at it."
)
_NEW_HERE = (
    "On a new computer that is as it should be: compare the last entries ('casevault audit show') with what you did. "
    "If you have used the vault on this computer before, somebody deleted what it remembered: ask who was at it."
)


def older_copies(vault: UnlockedVault) -> Iterator[Finding]:
    """Whether this is the newest copy that this computer has seen, and whether it can tell."""
    later = rollback.used_later(vault)
    if later is not None:
        yield Finding(
            "warning", _OLDER,
            f"another copy of the vault, restored or before a restore, was used later, on {later[:10]}",
            "Go on with one of them only: what is done in one is missing in the other.",
        )  # fmt: skip
    if vault.rollback is not None:
        yield Finding("damaged", _OLDER, vault.rollback.message, vault.rollback.hint)
    elif vault.memory in ("gone", "altered"):
        lost = "is gone" if vault.memory == "gone" else "was altered"
        yield Finding(
            "warning", _OLDER,
            f"what this computer remembered of the vault {lost}: an older copy put back before would not show", _ASK,
        )  # fmt: skip
    elif vault.memory == "elsewhere":
        yield Finding("warning", _OLDER, "this computer has not seen this vault before, others have", _NEW_HERE)
    elif vault.memory == "unchecked":
        yield Finding("warning", _OLDER, "not compared with what this computer has seen, as the log is damaged", "")
    elif vault.memory == "unkept" or not rollback.remember(vault):
        yield Finding(
            "warning", _OLDER,
            "this computer can't keep how far it saw the vault: an older copy would not be noticed",
            "The folder for programs' state must be one that you may write to.",
        )  # fmt: skip
    elif vault.memory == "first":
        yield Finding("ok", _OLDER, "seen on this computer for the first time; from now on it would notice one")
    else:
        yield Finding("ok", _OLDER, "none: this is what became of the copy that this computer saw last")


def surroundings(vault: UnlockedVault) -> Iterator[Finding]:
    """Clouds that copy the vault or what is kept beside it, and marks for indexers, which are put there again."""
    found = sync_folders.containing(vault.folder)
    if found is not None:
        yield Finding(
            "warning", "cloud", f"the vault lies in a folder that is copied to a cloud ({found.name})",
            "Close every casevault, then move the vault's folder out of it whole. Old copies may stay in the cloud, "
            "and a vault that is copied while it is in use may be torn or forked.",
        )  # fmt: skip
    state = sync_folders.containing(places.state_folder())
    if state is not None:
        yield Finding(
            "warning", "cloud", f"the folder for programs' state is copied to a cloud ({state.name})",
            "Exclude it there: old keys of the log's seals and old states of the vault must not come back.",
        )  # fmt: skip
    if found is None and state is None:
        yield Finding("ok", "cloud", "the vault lies in no folder that is known to be copied to one")
    unready = travel_return.trouble(vault)
    if unready is not None:
        yield Finding("warning", "travel", unready, travel_return.ANEW)
    if vault.rollback is None and markers.missing(vault.folder):
        if markers.place(vault.folder):
            yield Finding("repaired", "indexers", "marks that keep indexers out of the vault's folder were put there")
        else:
            yield Finding("warning", "indexers", "marks that keep them out of the vault's folder can't be put there")
