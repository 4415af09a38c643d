"""`vault.json`: which vault this is, and its key slots. The exact form stands in docs/format.md."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from vault.errors import Damaged, NewerFormat
from vault.formats import canonical
from vault.model.ids import is_id

FORMAT = 1
MAX_BYTES = 1 << 20
MAX_SLOTS = 64
_MEMBERS = {"format", "vault", "slots", "check", "mac"}


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """A slot as JSON: `id`, `kind` and whatever members its kind has."""

    members: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Header:
    """The header without its authentication. `mac` is 64 hex digits, or empty before it was made."""

    vault: str
    slots: tuple[SlotRecord, ...]
    mac: str = ""
    format: int = FORMAT

    def authenticated_bytes(self) -> bytes:
        """What the MAC covers: the canonical header with its checksum and without `mac`."""
        body = self._body()
        return canonical.dump({**body, "check": _checksum(body)})

    def dump(self) -> bytes:
        """The file's bytes."""
        body = self._body()
        return canonical.dump({**body, "check": _checksum(body), "mac": self.mac}) + b"\n"

    def with_mac(self, mac: bytes) -> Header:
        """The same header, sealed."""
        return replace(self, mac=mac.hex())

    def _body(self) -> dict[str, Any]:
        return {"format": self.format, "vault": self.vault, "slots": [slot.members for slot in self.slots]}


def parse(data: bytes) -> Header:
    """Read a header's bytes. Raises Damaged, or NewerFormat before anything else is looked at.

    The checksum tells damage from a wrong passphrase; it is no protection: the MAC is.
    """
    value = _object(data)
    if type(value.get("format")) is int and value["format"] > FORMAT:
        raise NewerFormat(f"this vault has format {value['format']}; this version reads up to {FORMAT}")
    if set(value) != _MEMBERS or type(value["format"]) is not int or value["format"] != FORMAT:
        raise Damaged("the vault's header (vault.json) is damaged")
    body = {name: value[name] for name in ("format", "vault", "slots")}
    if value["check"] != _checksum(body):
        raise Damaged("the vault's header (vault.json) is damaged: its checksum does not fit")
    if not isinstance(value["vault"], str) or not is_id(value["vault"], "V") or not isinstance(value["mac"], str):
        raise Damaged("the vault's header (vault.json) is damaged")
    return Header(value["vault"], _slots(value["slots"]), value["mac"])


def _object(data: bytes) -> dict[str, Any]:
    if not data.endswith(b"\n"):
        raise Damaged("the vault's header (vault.json) is cut off")
    value = canonical.load(data[:-1], "the vault's header (vault.json)", limit=MAX_BYTES)
    if not isinstance(value, dict):
        raise Damaged("the vault's header (vault.json) is damaged")
    return value


def _slots(value: object) -> tuple[SlotRecord, ...]:
    if not isinstance(value, list) or len(value) > MAX_SLOTS:
        raise Damaged("the vault's header (vault.json) has an impossible list of key slots")
    for slot in value:
        if not isinstance(slot, dict) or not isinstance(slot.get("kind"), str):
            raise Damaged("a key slot in the vault's header is damaged")
        if not isinstance(slot.get("id"), str) or not is_id(slot["id"], "S"):
            raise Damaged("a key slot in the vault's header is damaged")
    return tuple(SlotRecord(slot) for slot in value)


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(canonical.dump(body)).hexdigest()
