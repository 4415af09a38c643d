"""Time stamps in an export: verified again by the auditor, who believes none of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import tsa
from auditing_office import Auditor

from vault.usecases import cases, depositing, stamping
from vault.usecases.unlocked import UnlockedVault


def stamped(vault: UnlockedVault, folder: Path, authority: tsa.Authority) -> None:
    cases.new(vault, "Дело")
    stamping.request(vault, folder / "head.tsq")
    stamping.receive(vault, authority.reply((folder / "head.tsq").read_bytes()), authority.chain)


def test_a_good_stamp_is_no_finding_and_an_altered_one_is(vault: UnlockedVault, tmp_path: Path) -> None:
    authority = tsa.Authority(tmp_path / "tsa")
    stamped(vault, tmp_path, authority)
    auditor = Auditor(tmp_path)
    record = auditor.note_in(vault)
    depositing.export(vault, record.id, tmp_path / "good.age")
    checked = auditor.check(tmp_path / "good.age")
    assert (checked.findings, len(checked.front.stamps)) == ((), 1)

    (kept,) = vault.log.kept.stamps()
    for number, answer in enumerate((kept.response[:-1] + bytes([kept.response[-1] ^ 1]), b"no answer")):
        vault.log.kept.put_stamp(replace(kept, response=answer))
        path = tmp_path / f"bad{number}.age"
        depositing.export(vault, record.id, path)
        found = auditor.check(path).findings
        assert [one.kind for one in found] == ["signature"]
        assert "time stamp" in found[0].message
