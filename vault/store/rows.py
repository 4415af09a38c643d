"""From records to database rows and back, and the keyed hash of a row that the audit log carries."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import operator
from typing import Any, TypeVar

from vault.crypto import kdf
from vault.errors import Damaged
from vault.formats import canonical
from vault.model.records import TABLES, Record

R = TypeVar("R", bound=Record)


_COLUMNS = {table: tuple(field.name for field in dataclasses.fields(table)) for table in TABLES}
_JSON_COLUMNS = {
    table: frozenset(field.name for field in dataclasses.fields(table) if str(field.type).startswith("tuple"))
    for table in TABLES
}

_VALUES = {table: operator.attrgetter(*names) for table, names in _COLUMNS.items()}


def columns(table: type[Record]) -> tuple[str, ...]:
    """Column names, in the order of the record's fields."""
    return _COLUMNS[table]


def to_row(record: Record) -> tuple[Any, ...]:
    """Values in the order of `columns`; tuples become JSON text."""
    values: tuple[Any, ...] = _VALUES[type(record)](record)
    packed = _JSON_COLUMNS[type(record)]
    if not packed:
        return values
    names = columns(type(record))
    return tuple(
        json.dumps(value, ensure_ascii=False) if name in packed else value
        for name, value in zip(names, values, strict=True)
    )


def from_row(table: type[R], row: tuple[Any, ...]) -> R:
    """The record of a row. Raises Damaged if a JSON column does not hold a list of strings."""
    packed = _JSON_COLUMNS[table]
    if not packed:
        return table(*row)
    values: list[Any] = [_strings(v) if n in packed else v for n, v in zip(columns(table), row, strict=True)]
    return table(*values)


def _strings(text: str) -> tuple[str, ...]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Damaged("a list in the catalogue is damaged")
    return tuple(value)


def row_hash(key: bytes, record: Record) -> str:
    """HMAC-SHA-256, in hex, over the canonical JSON of table name and row; raw bytes enter as their SHA-256."""
    row = {
        name: hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
        for name, value in zip(columns(type(record)), to_row(record), strict=True)
    }
    return kdf.hmac_sha256(key, canonical.dump({"row": row, "table": record.TABLE})).hex()
