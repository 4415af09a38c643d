"""Asks the independent check about everything that is about to leave, and refuses what it does not call clean.

What a reviewer let stay must not blind the check to the rest. So each file in which something stays is searched
twice: once as it will leave, with the words that stay allowed; and once made the same way with labels in the place of
those words, where nothing more is allowed than the names of the people who stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from vault.errors import Refused
from vault.model.findings import Leak
from vault.model.people import Person
from vault.redaction import marks, verify
from vault.redaction.engine import PROFILES
from vault.redaction.labels import identifier_key
from vault.redaction.plan import Finding
from vault.redaction.verify import Examined
from vault.sandbox.standing import Standing

PDF = "application/pdf"
_PAGE = re.compile(r"page (\d{1,6})")


@dataclass(frozen=True, slots=True)
class LastLook:
    """Who must not be in what leaves: listed people, and the words that a reviewer marked anywhere in the case."""

    people: Sequence[Person]
    findings: Sequence[Finding]
    profile: str
    accept_weak_jail: bool

    def check(
        self, name: str, data: bytes, media_type: str, left: Collection[str] = (), item: str = "",
        *, expected: Collection[str] = (), pixels: bool = True, but: Collection[str] = (),
        worker: Standing | None = None,
    ) -> Examined:  # fmt: skip
        """What was seen; raises Refused (leak) if the file names somebody. `left`: what a reviewer let stay in this
        very file; `item` is the id of what it was made from; `expected` are structures that were made on purpose;
        `pixels` are read too where that is installed, at seconds a page; `but` are people whom our own fixed wording
        in it seems to name; `worker` (verify.checker) is for what we set from text alone."""
        seen = verify.examine(
            data,
            media_type,
            self.protected(left),
            allowed=[*self._staying(), *sorted(left)],
            expected=expected,
            pixels=pixels,
            worker=worker,
            accept_weak_jail=self.accept_weak_jail,
        )
        known = {person.id for person in self.people}
        leaks = [leak for leak in seen.leaks if leak.form not in but or leak.channel.startswith(verify.STRUCTURE)]
        _refuse(f"{name}, made from {item}," if item else name, leaks, item, known)
        return seen

    def found_in(self, data: bytes, media_type: str) -> set[str]:
        """The ids of the people whom a file seems to name."""
        seen = verify.examine(
            data, media_type, self.protected(), allowed=self._staying(), pixels=False,
            accept_weak_jail=self.accept_weak_jail,
        )  # fmt: skip
        return {leak.form for leak in verify.names_found(seen.leaks)}

    def check_names(self, names: Sequence[str], worker: Standing | None = None) -> None:
        """The same for the names of files."""
        leaks = verify.check_members(
            names, self.protected(), allowed=self._staying(), worker=worker, accept_weak_jail=self.accept_weak_jail
        )
        _refuse("a file name", leaks)

    def named(self, texts: Sequence[str]) -> list[int]:
        """The places, from 0, of those of these short texts that name somebody. Nothing but names is looked for."""
        leaks = verify.check_members(
            texts, self.protected(), allowed=self._staying(), accept_weak_jail=self.accept_weak_jail
        )
        return sorted({int(leak.where.removeprefix("name ")) - 1 for leak in verify.names_found(leaks)})

    def protected(self, left: Collection[str] = ()) -> list[verify.Protected]:
        """Who must not be found, without the numbers that stay in this very file."""
        staying = {identifier_key(text) for text in left}
        names, phrases = marks.needles(self.findings)
        hidden = {p.id: p for p in self.people if not self._stays(p)}
        out = []
        for person in dict.fromkeys([*hidden, *names, *phrases]):
            listed = hidden.get(person)
            known = (listed.name, *listed.aliases) if listed else ()
            numbers = (*(listed.identifiers if listed else ()), *phrases.get(person, ()))
            kept = tuple(one for one in numbers if identifier_key(one) not in staying)
            out.append(verify.Protected(person, (*known, *names.get(person, ())), kept))
        return out

    def staying_people(self) -> list[Person]:
        """Whom the profile does not protect."""
        return [person for person in self.people if self._stays(person)]

    def _staying(self) -> list[str]:
        return [name for person in self.staying_people() for name in (person.name, *person.aliases)]

    def _stays(self, person: Person) -> bool:
        profile = PROFILES[self.profile]
        if self.profile == "internal":
            return True
        return profile.keep_applicant and (person.role == "applicant" or person.keep is not None)


def _refuse(name: str, leaks: Collection[Leak], item: str = "", listed: Collection[str] = ()) -> None:
    """The words themselves are no part of the error."""
    if not leaks:
        return
    where = "; ".join(f"{leak.channel}, {leak.where}: {leak.form or 'not allowed'}" for leak in list(leaks)[:10])
    hint = (
        "Nothing was written. Look at that place in the preview, accept a finding there, mark the words or draw "
        "a box with 'casevault redact add', then try again."
    )
    named = next((leak for leak in leaks if leak.form in listed), None)
    if item and named is not None:
        page = _PAGE.search(named.where)
        hint += (
            " To mark the words, which are asked for: casevault redact add "
            f"{item} --page {page.group(1) if page else 'N'} --text --person {named.form}"
        )
    raise Refused(f"{name} would still give somebody away ({where})", kind="leak", hint=hint)
