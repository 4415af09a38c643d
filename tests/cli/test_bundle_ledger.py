"""`bundle list`, `mark`, `recall`, `again`, `disclosures`, `case alarm` and `recipient remove`, as they are typed."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import vaults
from cli_tools import Done, Scratch, run

from vault.crypto import age, recovery
from vault.formats.manifest import Manifest
from vault.model.records import Disclosure
from vault.usecases import again, bundle_note, bundle_order, bundling, cases, people, recipients, redacting
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import now

NAME = "Заречнов"
LAWYER = "Advocate Example"
ADDRESS = "Signal +1 555 0100, office 12, 77 Pelham Street, Springfield; ask for the duty lawyer first"
CONTENT = b"what was handed over"


@dataclass(frozen=True)
class Desk(Scratch):
    """A vault in which the ledger knows one bundle of two exhibits."""

    claim: str = ""
    first: str = ""
    second: str = ""
    bundle: str = ""
    items: tuple[str, ...] = ()

    def state(self) -> str:
        (found,) = [one for one in self.json("bundle", "list", self.claim)["bundles"] if one["id"] == self.bundle]
        return str(found["state"])

    def refused(self, code: int, *words: str | Path) -> Done:
        done = self.run(*words)
        assert done.code == code, done.err
        assert NAME not in done.err
        return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    with vaults.new_vault(folder / "vault") as vault:
        case = cases.new(vault, "Дело").id
        people.add(vault, case, [NewPerson(f"{NAME} Михаил Павлович", "witness")])
        items = tuple(
            vaults.add_text(vault, case, f"{n}. {NAME} видел повестку.", f"{n}.txt", title=f"Письмо {n}").id
            for n in (1, 2)
        )
        key = age.X25519Identity.from_bytes(bytes(range(32))).recipient().to_string()
        first, second = (recipients.add(vault, "lawyer", LAWYER, ADDRESS, key).id for _ in range(2))
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
        vaults.accept_all(vault, case)
        job = bundle_order.prepare(
            vault,
            case,
            bundle_order.Order(first, purpose="hearing", consent="oral", accept_weak_jail=vaults.WEAK_JAIL),
        )
        _note(job)
    (folder / "recovery.txt").write_text(recovery.encode(bytes(range(32))) + "\n")
    return Desk(folder, folder / "vault", folder / "recovery.txt", case, first, second, job.bundle, items)


def _note(job: bundle_order.Job) -> None:
    """In the books as a bundle of these exhibits: making its pages takes seconds, and `again` makes some."""
    listed = tuple(
        replace(one, redactions=again.counted(job.plan.of(item.id)), commitment="0" * 64)
        for one, item in zip(bundling.outline(job), job.found, strict=True)
    )
    when, digest = now(), hashlib.sha256(CONTENT)
    manifest = Manifest(job.bundle, "lawyer", when, listed, "0" * 64, 0, "1.0").dump()
    noted = Disclosure(
        job.bundle, job.case_id, str(job.order.recipient), when, digest.digest(), len(CONTENT), "", "lawyer",
        "hearing", "oral", "prepared", manifest,
    )  # fmt: skip
    copy = bundle_note.copy_of(job, "age", [(digest.hexdigest(), len(CONTENT))], digest.digest())
    bundle_note.commit(job, "bundle.create", noted, copy, bundle_note.first_mark(job, when))


@pytest.fixture
def desk(made: Desk, tmp_path: Path) -> Desk:
    shutil.copytree(made.vault, tmp_path / "vault")
    vaults.forget(tmp_path / "vault")
    return replace(made, folder=tmp_path, vault=tmp_path / "vault")


def test_who_has_what_and_what_became_of_it(desk: Desk) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    shown = desk.run("bundle", "list", desk.claim).out
    for text in (desk.bundle, desk.first, "lawyer", "hearing", "oral", "prepared", sha256, "names of people: 2"):
        assert text in shown
    assert LAWYER not in shown
    (row,) = desk.json("disclosures", "--recipient", desk.first)["disclosures"]
    assert (row["version"], row["active"], row["files"]) == (1, True, [{"sha256": sha256, "size": len(CONTENT)}])
    assert (row["redactions"], row["exhibits"], row["replaces"], row["deadline"]) == ({"PERSON": 2}, 2, None, None)
    assert row["reviewed_by"]
    today, tomorrow = date.today().isoformat(), (date.today() + timedelta(days=2)).isoformat()
    assert desk.json("disclosures", "--since", tomorrow, "--state", "prepared")["disclosures"] == []
    desk.refused(2, "bundle", "mark", desk.bundle, "recall-confirmed")
    desk.refused(2, "bundle", "mark", desk.bundle, "handed-over", "--at", tomorrow)
    desk.refused(2, "bundle", "mark", NAME, "handed-over")
    desk.refused(2, "bundle", "mark", desk.bundle)
    marked = desk.json("bundle", "mark", desk.bundle, "handed-over", "--at", today)["bundle"]
    assert [(one["state"], len(one["at"])) for one in marked["states"]] == [("prepared", 20), ("handed-over", 10)]
    (desk.folder / "there.txt").write_text("mine")
    desk.refused(2, "bundle", "recall", desk.bundle, "--out", "there.txt")
    assert desk.state() == "handed-over"
    asked = desk.run("bundle", "recall", desk.bundle, "--out", "text.txt", "--lang", "ru")
    text = (desk.folder / "text.txt").read_text("utf-8")
    assert asked.code == 0
    assert LAWYER in asked.err
    assert ADDRESS in asked.err
    assert sha256 in text
    assert "удалите" in text
    assert LAWYER not in text
    assert desk.state() == "recall-asked"
    both = desk.json("bundle", "recall", desk.bundle)
    assert "Please delete" in both["text"]
    assert desk.json("bundle", "mark", desk.bundle, "recall-confirmed")["bundle"]["state"] == "recall-confirmed"
    assert desk.json("recipient", "remove", desk.first)["disclosures"] == []


def test_the_next_lawyer_gets_the_same_with_one_command(desk: Desk) -> None:
    new = ("bundle", "again", desk.bundle, "--to", desk.second)
    done = desk.run(*new, "--out", "next.age", "--supersede", "--accept-weak-jail")
    assert done.code == 0, done.err
    assert "was for another recipient" in done.err
    assert "Nothing in the case changed since." in done.err
    assert LAWYER in done.err
    rows = {one["id"]: one for one in desk.json("bundle", "list", desk.claim)["bundles"]}
    old, again_made = rows.pop(desk.bundle), next(iter(rows.values()))
    assert (old["state"], old["replaced_by"]) == ("superseded", [again_made["id"]])
    assert (again_made["replaces"], again_made["consent"], again_made["purpose"]) == (desk.bundle, "none", "hearing")
    assert (again_made["redactions"], again_made["recipient"]) == (old["redactions"], desk.second)
    assert hashlib.sha256((desk.folder / "next.age").read_bytes()).hexdigest() == again_made["sha256"]
    (desk.folder / "key.txt").write_text(age.X25519Identity.from_bytes(bytes(range(32))).to_string() + "\n")
    seen = run("bundle", "verify", "next.age", "--identity", "key.txt", "--json", cwd=desk.folder).json["bundle"]
    assert [one["label"] for one in seen["exhibits"]] == ["A", "B"]
    assert seen["id"] == again_made["id"]

    late = desk.add(desk.claim, "in/late.txt", "Новое письмо.".encode())
    stale = desk.refused(14, *new, "--out", "stale.age")
    assert late in stale.err
    assert f"casevault redact plan {desk.claim}" in stale.err
    removed = desk.run("recipient", "remove", desk.second)
    assert again_made["id"] in removed.out
    assert f"casevault bundle recall {again_made['id']}" in removed.err
    desk.refused(4, *new, "--out", "no.age")
    desk.refused(4, "bundle", "create", desk.claim, "--to", desk.second, "--purpose", "filing", "--out", "no.age")
    assert {path.name for path in desk.folder.glob("*.age")} == {"next.age"}
    assert f"{desk.second} was removed" in desk.run("bundle", "list", desk.claim).err


def test_an_alarm_is_raised_at_once_and_ended_on_purpose(desk: Desk) -> None:
    out = ("--purpose", "filing", "--out", "late.age")
    seen = desk.run("case", "alarm", desk.claim, "--dry-run")
    assert (desk.bundle in seen.out, LAWYER in seen.out, ADDRESS in seen.out) == (True, True, True)
    assert "do not hand them over" in seen.out
    assert f"casevault bundle mark {desk.bundle} void" in seen.err
    assert "bundle recall" not in seen.err
    desk.run("bundle", "mark", desk.bundle, "handed-over")
    gone = desk.run("case", "alarm", desk.claim, "--dry-run")
    assert "do not hand them over" not in gone.out
    assert f"casevault bundle recall {desk.bundle}" in gone.err
    assert f"casevault bundle mark {desk.bundle} recall-confirmed" in gone.err
    (desk.folder / "there").mkdir()
    desk.refused(2, "case", "alarm", desk.claim, "--out", "there")
    assert desk.json("status")["alarms"] == []
    raised = desk.json("case", "alarm", desk.claim, "--out", "texts", "--lang", "ru")
    assert raised["case"]["status"] == "alarm"
    (given,) = raised["bundles"]
    assert (given["address"], given["state"]) == (ADDRESS, "handed-over")
    assert given["states"][-1]["state"] == "recall-prepared"
    assert {path.name for path in (desk.folder / "texts").iterdir()} == {f"{desk.bundle}.txt", "WHO-GETS-WHAT.txt"}
    assert "удалите" in (desk.folder / "texts" / f"{desk.bundle}.txt").read_text("utf-8")
    assert len(raised["steps"]) >= 5
    for words in (("create", desk.claim), ("again", desk.bundle)):
        done = desk.refused(14, "bundle", *words, "--to", desk.second, *out, "--json")
        assert done.error["kind"] == "alarm"
    assert desk.json("status")["alarms"] == [desk.claim]
    assert "alarm" in desk.run("case", "list").out
    assert "--end" in desk.run("case", "show", desk.claim).err
    desk.add(desk.claim, "in/late.txt", b"late")
    desk.refused(2, "case", "alarm", desk.claim, "--end")
    desk.refused(2, "case", "alarm", desk.claim, "--end", "--confirm", "C-00000")
    desk.refused(2, "case", "alarm", desk.claim, "--end", "--out", "more")
    assert desk.json("status")["alarms"] == [desk.claim]
    assert desk.json("case", "alarm", desk.claim, "--end", "--confirm", desk.claim)["case"]["status"] == "open"
    desk.refused(2, "case", "alarm", desk.claim, "--end", "--confirm", desk.claim)
