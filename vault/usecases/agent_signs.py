"""What the agent signs for a command with the log's key: only what is true of the log.

Three texts bear that key beside the heads that `append` makes: a checkpoint of an earlier size, the note of a map
that the log holds, and the statement under an extract of one case. Each is made again from the log here.
"""

from __future__ import annotations

import base64
import binascii
from itertools import islice

from vault.audit import casemap
from vault.audit.log import AuditLog
from vault.errors import Damaged, NotAllowed
from vault.formats import audit_extract, checkpoint

MAX_TEXT = 4096
_REFUSED = "this is not true of the audit log: it is not signed"


def check(log: AuditLog, untrusted_text: str) -> None:
    """Raises NotAllowed for whatever is not one of the three, or not so."""
    if len(untrusted_text) > MAX_TEXT:
        raise NotAllowed(_REFUSED)
    kinds = {casemap.NOTE_HEADER: _map, audit_extract.STATEMENT_HEADER: _statement}
    holds = kinds.get(untrusted_text.partition("\n")[0], _checkpoint)
    try:
        true = holds(log, untrusted_text)
    except (Damaged, ValueError, binascii.Error):
        true = False
    if not true:
        raise NotAllowed(_REFUSED)


def _checkpoint(log: AuditLog, text: str) -> bool:
    said = checkpoint.parse_body(text)
    return said.origin == log.key.name and log.root_at(said.size) == said.root


def _map(log: AuditLog, text: str) -> bool:
    said = casemap.parse_note_text(text)
    return said.origin == log.key.name and any(
        (one.digest, one.time) == (said.root.hex(), said.time)
        for one in log.entries(action="audit.map", reverse=True)
    )


def _statement(log: AuditLog, text: str) -> bool:
    """The first `count` entries of a case have this root, and the map, if there is one, is in the log."""
    _, origin, case, count, _, vouched, map_root = text.split("\n")[:7]
    known = log.case_heads().get(case)
    if known is None or not 0 <= int(vouched) <= int(count) <= known.n:
        return False
    leaves = [leaf for of, leaf in log.leaves() if of == case]
    root = casemap.case_root(list(islice(leaves, int(count))))
    vouched_root = None if map_root == "-" else base64.b64decode(map_root, validate=True)
    again = audit_extract.statement(origin, case, int(count), root, int(vouched), vouched_root)
    return (
        origin == log.key.name
        and again == text
        and (
            vouched_root is None
            or any(one.digest == vouched_root.hex() for one in log.entries(action="audit.map", reverse=True))
        )
    )
