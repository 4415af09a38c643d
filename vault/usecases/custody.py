"""The papers on custody that go with a bundle: each original is read whole first, then its history is told.

What may leave is little: what was done in fixed words, on which day, and blinded entries. Nothing of another case,
of the log's own numbers or origin, and in a redacting profile nothing that was computed from an original.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from vault import __version__
from vault.bundle import certificate, custody, signature
from vault.errors import Damaged
from vault.formats.manifest import CERTIFICATE_NAME, CUSTODY_NAME, Exhibit, ExhibitFile, Manifest
from vault.model.events import Event
from vault.model.people import ROLES
from vault.model.records import Evidence, PersonRecord
from vault.sandbox import documents
from vault.usecases import item_history, items
from vault.usecases.item_history import Logged
from vault.usecases.unlocked import UnlockedVault

UNREDACTED = custody.UNREDACTED

Made = Sequence[tuple[Exhibit, Evidence]]


def papers(
    vault: UnlockedVault,
    case_id: str,
    bundle_id: str,
    made: Made,
    profile: str,
    when: str,
    *,
    accept_weak_jail: bool = False,
) -> list[tuple[str, bytes]]:
    """`custody.pdf` and `custody.json` for the exhibits of a bundle, in their order; `when` is when it was made.

    Every original is read to its end first, and logged as verified in its own case. The caller has logged why, and
    checks both papers for names as it does the exhibits. Raises Damaged if an original is not what was added, or the
    log does not tell where it came from.
    """
    verify(vault, made)
    histories, data = history(vault, case_id, bundle_id, made, profile)
    key = signature.key_of(vault.case_keys(case_id).signing)
    manifest = Manifest(bundle_id, profile, when, tuple(one for one, _ in made), "", 0, __version__)
    checked = custody.check(data, manifest, key)
    about = certificate.About(
        bundle_id, when, __version__, signature.fingerprint(key), custody.log_key(key, bundle_id).name,
        len(checked.leaves), checked.root.hex(), profile != UNREDACTED,
    )  # fmt: skip
    certified = [
        certificate.Certified(exhibit, steps, _original(vault, item) if profile == UNREDACTED else None)
        for (exhibit, steps), (_, item) in zip(histories, made, strict=True)
    ]
    return [(CERTIFICATE_NAME, _typeset(about, certified, accept_weak_jail)), (CUSTODY_NAME, data)]


def _typeset(about: certificate.About, certified: Sequence[certificate.Certified], weak: bool) -> bytes:
    texts = (
        (certificate.TITLE, certificate.english(about, certified), "en"),
        (certificate.RUSSIAN_TITLE, certificate.russian(about), "ru"),
    )
    return documents.join(
        [
            documents.typeset(title, pages, language=language, labels={"page": ""}, accept_weak_jail=weak)
            for title, pages, language in texts
        ],
        accept_weak_jail=weak,
    )


def history(
    vault: UnlockedVault, case_id: str, bundle_id: str, made: Made, profile: str
) -> tuple[list[tuple[Exhibit, list[custody.Step]]], bytes]:
    """The steps of each exhibit, and `custody.json` of them, once `verify` has logged its entries. Raises Damaged."""
    found = item_history.of_items(vault, [item for _, item in made])
    steps = [(exhibit, _steps(item, bundle_id, exhibit, found[item.id], profile)) for exhibit, item in made]
    seed = vault.case_keys(case_id).signing
    return steps, custody.make(bundle_id, steps, signature.key_of(seed), seed)


def wording(profile: str, *, accept_weak_jail: bool = False) -> bytes:
    """`custody.pdf` of a bundle whose one exhibit is nothing: all that it says whatever is in it."""
    about = certificate.About("B-00000000", "", __version__, "", signature.ORIGIN, 0, "", profile != UNREDACTED)
    exhibit = Exhibit("A", "", "0", "", "", (ExhibitFile("A.pdf", "", 0, ""),), {}, "", "A", "A")
    steps = [custody.Step(what, "", b"", "0", "0") for what in custody.WHAT]
    original = certificate.Original("", 0, "", "") if profile == UNREDACTED else None
    return _typeset(about, [certificate.Certified(exhibit, steps, original)], accept_weak_jail)


def verify(vault: UnlockedVault, made: Made) -> None:
    """Read each original whole. Its case's log tells it, with the commitment that the bundle has for the item: so the
    entry says for which bundle it was, to whoever has that. Raises Damaged."""
    op = secrets.token_hex(8)
    intents = [
        Event(
            "evidence.verify", "intent", case=item.case_id, object=vault.pseudonym(item.case_id, item.id), op=op,
            digest=exhibit.commitment,
        )
        for exhibit, item in made
    ]  # fmt: skip
    vault.log.append(intents, vault.writer)
    outcome = "failed"
    try:
        for _, item in made:
            if problem := items.problem_of(vault, item):
                raise Damaged(problem)
        outcome = "ok"
    finally:
        counts: dict[str, int] = {}
        for _, item in made:
            counts[str(item.case_id)] = counts.get(str(item.case_id), 0) + 1
        vault.log.append(
            [
                Event("evidence.verify", "outcome", case=case, op=op, outcome=outcome, count=count)
                for case, count in counts.items()
            ],
            vault.writer,
        )


def told(item: Evidence, exhibit: Exhibit, found: Sequence[Logged]) -> list[Logged]:
    """The entries about an item that a bundle's custody shows, oldest first: up to the check that was made for this
    bundle, of the checks only that one, and of what happens often no more than the first of each day.

    Raises Damaged if the log does not tell how the item came into the vault, or of no such check.
    """
    shown: list[Logged] = []
    days: set[tuple[str, str]] = set()
    for one in found:
        day = (one.what, one.time[:10])
        if one.what == custody.CHECKED:
            if one.digest == exhibit.commitment:
                shown.append(one)
                break
        elif one.what in custody.INTAKES or one.what == custody.ANEW or day not in days:
            days.add(day)
            shown.append(one)
    if not shown or shown[0].what not in custody.INTAKES or shown[-1].what != custody.CHECKED:
        raise Damaged(
            f"the audit log does not tell how {item.id} came into the vault and into this bundle",
            hint="Run 'casevault doctor' and 'casevault audit verify'.",
        )
    return shown


def _steps(
    item: Evidence, bundle_id: str, exhibit: Exhibit, found: Sequence[Logged], profile: str
) -> list[custody.Step]:
    return [
        custody.Step(
            one.what,
            custody.at(one.time, profile),
            custody.blinded(item.commitment_key, bundle_id, one.leaf),
            *((item.collected_at[:10], one.program) if one.what in custody.INTAKES else ()),
        )
        for one in told(item, exhibit, found)
    ]


def _original(vault: UnlockedVault, item: Evidence) -> certificate.Original:
    return certificate.Original(item.sha256.hex(), item.size, item.original_name, _role(vault, item))


def _role(vault: UnlockedVault, item: Evidence) -> str:
    """The role of who gave an item, where it is noted as one or as somebody on the list of people; never a name."""
    given = item.given_by.strip().casefold()
    if not given or given in ROLES:
        return given or "not noted"
    for person in vault.catalogue.all(PersonRecord, case_id=item.case_id):
        if given in (person.id.casefold(), person.name.casefold()):
            return person.role
    return "not told here"
