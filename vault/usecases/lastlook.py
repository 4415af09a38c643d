"""Asks the independent check about everything that is about to leave, and refuses what it does not call clean.

What a reviewer let stay must not blind the check to the rest. So each file in which something stays is searched
twice: once as it will leave, with the words that stay allowed; and once made the same way with labels in the place of
those words, where nothing more is allowed than the names of the people who stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vault.errors import Refused
from vault.model.findings import Leak
from vault.model.people import Person
from vault.redaction import handwritten, marks, verify
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.labels import identifier_key
from vault.redaction.plan import Finding
from vault.redaction.verify import Examined
from vault.sandbox.standing import Standing

PDF = "application/pdf"
NOBODY = "public"
"""The profile that keeps nobody."""
_PLAIN = re.compile(r"[^\W_]{1,60}")
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

    def written(self, texts: Sequence[str], *, prose: bool = True) -> list[tuple[int, str]]:
        """(place from 0, id) of those of these texts, written by hand, that name somebody protected in any guise.

        `prose` is for sentences, else they are names of files. Searched by the matcher that plans redactions and by
        the leak check, which shares nothing with it.
        """
        hand = self._hand()
        named = {place: who for place, text in enumerate(texts) if (who := hand.named(text, prose=prose))}
        read: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            # A word of a sentence is no name for being looked at alone: of those only what was made of words.
            plain = set(_PLAIN.findall(text.lower())) if prose else ()
            made = (one for one in handwritten.readings(text, prose=prose) if one.lower() not in plain)
            for reading in (text, *made):
                read.setdefault(reading, []).append(place)
        leaks = verify.check_members(
            list(read), self.protected(), allowed=self._staying(), accept_weak_jail=self.accept_weak_jail
        )
        places = list(read.values())
        for leak in verify.names_found(leaks):
            for place in places[int(leak.where.removeprefix("name ")) - 1]:
                named.setdefault(place, leak.form)
        return sorted(named.items())

    def file_names(self, names: Sequence[str]) -> list[tuple[int, str]]:
        """The same for the names of files that everybody on the way reads: nobody of the case may be in one, not even
        whom the profile keeps."""
        return replace(self, profile=NOBODY).written(names, prose=False)

    def file_names_quickly(self, names: Sequence[str]) -> list[tuple[int, str]]:
        """The same by the matcher alone, for a file that holds no text of the case."""
        hand = replace(self, profile=NOBODY)._hand()
        return [(place, who) for place, name in enumerate(names) if (who := hand.named(name, prose=False))]

    def names_others(self, names: Sequence[str]) -> bool:
        """Whether one of these names of files seems to name somebody, listed or not."""
        hand = replace(self, profile=NOBODY)._hand()
        return any(hand.names_others(name) for name in names)

    def _hand(self) -> handwritten.Hand:
        return handwritten.Hand(self.people, Engine(self.people, PROFILES[self.profile]))

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


def refuse_file_name(people: Sequence[Person], path: Path) -> None:
    """For a file that holds no text of the case. Raises Refused (leak) if its name names anybody of these."""
    if LastLook(people, (), NOBODY, accept_weak_jail=False).file_names_quickly([path.stem, path.name]):
        raise Refused(
            "the file's name names somebody of the case",
            kind="leak",
            hint="Nothing was written. Call it something that says nothing.",
        )


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
