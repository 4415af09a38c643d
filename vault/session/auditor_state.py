"""What an auditor remembers of each log, in a folder of their own.

    <log id>.json    canonical JSON, replaced whole: the pinned key, the heads that were seen, what was cosigned
    <log id>.seen    40 bytes an entry: its leaf hash, and the first eight bytes of its case part's SHA-256

The second lets a check say which entry differs, and whether the log was forked, rewritten or cut; where it is missing
or too short, the roots in the first still tell that something does. Nothing in either can open anything.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from vault.errors import Damaged, StorageFailed, Usage
from vault.formats import canonical

RECORD_BYTES = 40
MAX_HEADS = 4096
MAX_STATE = 4 << 20
MAX_ACCEPTED = 1024
MAX_LOGS = 10_000
_VERSION = 1
_LOG_ID = re.compile("[0-9a-f]{32}", re.ASCII)
_ROOT_BYTES = 32


@dataclass(frozen=True, slots=True)
class SeenHead:
    """A head that was checked: how many entries, the root of their tree, and when it was first seen (by the auditor's
    clock, as `Entry.time`; empty where nobody noted it)."""

    size: int
    root: bytes
    time: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class LogState:
    """What is remembered of one log.

    `log` is its pinned verifier key, `vault` the vault's id, `kind` full or heads. `seen` is the newest head, `heads`
    all of them, newest last; `cosigned` the newest that this auditor cosigned. `ended` is the time of the last entry
    seen, `deposited` the time of the newest deposit as far as it can be trusted, `first` when the log was pinned by
    the auditor's own clock (all as `Entry.time`; `ended` empty for heads only). `devices` wrote entries, `chains` are
    hashes of seal keys by chain, `accepted` findings that somebody explained, as (kind, seq or -1, message).
    """

    log: str
    vault: str
    kind: str
    seen: SeenHead
    heads: tuple[SeenHead, ...]
    cosigned: SeenHead | None
    first: str
    ended: str
    deposited: str
    devices: tuple[str, ...] = ()
    chains: dict[str, str] = field(default_factory=dict)
    accepted: tuple[tuple[str, int, str], ...] = ()

    @property
    def id(self) -> str:
        """The log's id, which names its files."""
        return log_id(self.log)

    @property
    def origin(self) -> str:
        """The log's origin, as its checkpoints bear it."""
        return self.log.partition("+")[0]


def log_id(verifier: str) -> str:
    """The hex id of a log out of its verifier key, whose form was checked."""
    return verifier.partition("+")[0].rpartition("/")[2]


class AuditorState:
    """The folder. Whoever changes something holds its lock (`vault/store/locks.py`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, for its owner alone. Raises Usage, StorageFailed."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except (FileNotFoundError, FileExistsError, NotADirectoryError):
            raise Usage(
                "the folder for the auditor's state can't be there", hint="Name a folder with --state."
            ) from None
        except OSError as error:
            raise StorageFailed(f"the auditor's state can't be written: {error.strerror}") from None

    def sweep(self) -> None:
        """Remove what a check left that was killed."""
        for path in self.folder.glob(".*.part"):
            with contextlib.suppress(OSError):
                path.unlink()

    def logs(self) -> list[LogState]:
        """All logs that are known. Raises Damaged."""
        # Other files may lie in the folder: what it is called is the auditor's choice.
        names = sorted(path.stem for path in self.folder.glob("*.json") if _LOG_ID.fullmatch(path.stem))
        found = (self.read(name) for name in names[:MAX_LOGS])
        return [one for one in found if one is not None]

    def read(self, log: str) -> LogState | None:
        """What is known of the log with this id, None if nothing. Raises Damaged, StorageFailed."""
        try:
            with (self.folder / f"{log}.json").open("rb") as file:
                data = file.read(MAX_STATE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageFailed(f"the auditor's state can't be read: {error.strerror}") from None
        return _parse(data)

    def write(self, state: LogState) -> None:
        """Replace what is known of a log, durably. Raises StorageFailed, Damaged for more than can be read again."""
        data = _serialise(state)
        if len(data) > MAX_STATE:
            # One that can't be read would stop the checks of all other logs in the folder too.
            raise Damaged("this log has more chains of seals than anybody can keep")
        with self._replacing(f"{state.id}.json") as file:
            file.write(data)

    @contextlib.contextmanager
    def new_seen(self) -> Iterator[SeenWriter]:
        """A new file of records, which takes the old one's place only by `SeenWriter.keep`."""
        part = self.folder / f".{secrets.token_hex(6)}.part"
        try:
            with open(part, "xb", opener=_private) as file:
                yield SeenWriter(self.folder, part, file)
        except OSError as error:
            raise StorageFailed(f"the auditor's state can't be written: {error.strerror}") from None
        finally:
            part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def seen(self, log: str, size: int) -> Iterator[BinaryIO | None]:
        """The records of at least `size` entries, to be read in order; None if they are not there."""
        path = self.folder / f"{log}.seen"
        try:
            if not path.is_file() or path.stat().st_size < size * RECORD_BYTES:
                yield None
                return
            with path.open("rb") as file:
                yield file
        except OSError as error:
            raise StorageFailed(f"the auditor's state can't be read: {error.strerror}") from None

    @contextlib.contextmanager
    def _replacing(self, name: str) -> Iterator[BinaryIO]:
        part = self.folder / f".{secrets.token_hex(6)}.part"
        try:
            with open(part, "xb", opener=_private) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.folder / name)
            _sync(self.folder)
        except OSError as error:
            raise StorageFailed(f"the auditor's state can't be written: {error.strerror}") from None
        finally:
            part.unlink(missing_ok=True)


class SeenWriter:
    """Records on their way to the disk."""

    def __init__(self, folder: Path, part: Path, file: BinaryIO) -> None:
        self._folder = folder
        self._part = part
        self._file = file

    def write(self, records: bytes) -> None:
        """Add records."""
        self._file.write(records)

    def keep(self, log: str) -> None:
        """Make them the log's, durably; nothing can be added afterwards."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._part, self._folder / f"{log}.seen")
        _sync(self._folder)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return  # its rename is journalled
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _serialise(state: LogState) -> bytes:
    cosigned = None if state.cosigned is None else _head(state.cosigned)
    return canonical.dump(
        {
            "v": _VERSION,
            "log": state.log,
            "vault": state.vault,
            "kind": state.kind,
            "seen": _head(state.seen),
            "heads": [_head(one) for one in state.heads[-MAX_HEADS:]],
            "cosigned": cosigned,
            "first": state.first,
            "ended": state.ended,
            "deposited": state.deposited,
            "devices": list(state.devices),
            "chains": dict(state.chains),
            "accepted": [list(one) for one in state.accepted[-MAX_ACCEPTED:]],
        }
    )


def _head(head: SeenHead) -> list[Any]:
    return [head.size, base64.b64encode(head.root).decode(), *([head.time] if head.time else [])]


def _parse(data: bytes) -> LogState:
    value = canonical.load(data, "the auditor's state", limit=MAX_STATE)
    try:
        if value.pop("v") != _VERSION or set(value) != {one.name for one in dataclasses.fields(LogState)}:
            raise ValueError
        value["seen"] = _parse_head(value["seen"])
        value["heads"] = tuple(map(_parse_head, value["heads"]))
        value["cosigned"] = None if value["cosigned"] is None else _parse_head(value["cosigned"])
        value["devices"] = tuple(map(str, value["devices"]))
        value["chains"] = {str(name): str(text) for name, text in value["chains"].items()}
        value["accepted"] = tuple((str(kind), int(seq), str(text)) for kind, seq, text in value["accepted"])
        texts = ("log", "vault", "kind", "first", "ended", "deposited")
        if not all(isinstance(value[name], str) for name in texts):
            raise ValueError
        return LogState(**value)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Damaged("the auditor's state is not valid", hint="Put the folder back from a copy of it.") from None


def _parse_head(value: Any) -> SeenHead:
    size, root, *time = value
    head = SeenHead(size, base64.b64decode(root, validate=True), *time)
    if len(time) > 1 or not isinstance(head.time, str):
        raise ValueError
    if type(size) is not int or size < 0 or len(head.root) != _ROOT_BYTES:
        raise ValueError
    return head
