"""The synthetic dossier that `casevault demo` works on. Every person in it is invented.

Ten files about one woman's case, in Russian and English: two posts, a court ruling, a summons and its translation, a
medical paper, a photo, a chat, a witness's declaration and a screenshot. `tools/make_dossier.py` makes all of it; no
text of the dossier stands in the code of this package.

`load()` gives the listing and the people. `load_truth()` is for tests of the whole way: what must not be found in a
redacted export, and what must.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, BinaryIO, cast

from vault.errors import NotFound
from vault.model.findings import Box
from vault.model.people import Person


@dataclass(frozen=True, slots=True)
class Mask:
    """A box that a reviewer draws over a protected person's name, number or face.

    `page` counts from 1 (a picture has one page); `person` is the id in the people file.
    """

    page: int
    box: Box
    person: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One file and what the case manager says about it.

    `kind` is post, court, summons, translation, medical, photo, chat, letter or screenshot; `given_by` a role of
    `vault.model.people`; `collected_at` an ISO date; `language` en or ru; `translation_of` another exhibit's name.
    `masks` are empty where the text can be read and names are found in it.
    """

    name: str
    kind: str
    media_type: str
    title: str
    source: str
    given_by: str
    collected_at: str
    language: str
    translation_of: str | None
    about_en: str
    about_ru: str
    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """The listing: exhibits in the order of filing, and the people of the case, the applicant first."""

    notice: str
    exhibits: tuple[Exhibit, ...]
    people: tuple[Person, ...]
    _root: Traversable

    def exhibit(self, name: str) -> Exhibit:
        """The exhibit of that name; raises NotFound."""
        for exhibit in self.exhibits:
            if exhibit.name == name:
                return exhibit
        raise NotFound("the demonstration dossier has no such file")

    def open(self, name: str) -> BinaryIO:
        """A stream of an exhibit's bytes, to be closed by the caller; raises NotFound for names not listed."""
        listed = self.exhibit(name).name
        return cast(BinaryIO, self._root.joinpath("files", listed).open("rb"))

    def people_file(self) -> bytes:
        """The people file, UTF-8 JSON as `person add --from` takes it."""
        return self._root.joinpath("people.json").read_bytes()


@dataclass(frozen=True, slots=True)
class Form:
    """A string that must vanish. A `word` is so short that it only counts with no letter on either side."""

    text: str
    person: str
    word: bool


@dataclass(frozen=True, slots=True)
class FileTruth:
    """What one file holds. Compare after making each run of white space one space.

    `readable` is whether the forms can be found as text; else they are drawn, and the exhibit's masks cover them.
    `absent` must not be in a lawyer's export, nor `hidden` (metadata and markup that no reader sees), `survive` must
    be; `review` pairs what a reviewer should be shown with its category.
    """

    name: str
    readable: bool
    absent: tuple[Form, ...]
    hidden: tuple[tuple[str, str], ...]
    survive: tuple[str, ...]
    review: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """The expected result of the `lawyer` profile.

    `stems` gives for each protected person's id what no exported text may hold once it is lower case and rid of white
    space, hyphens and full stops. `canary` are beginnings of a surname that is in no dictionary.
    """

    canary_person: str
    canary: tuple[str, ...]
    stems: dict[str, tuple[str, ...]]
    files: tuple[FileTruth, ...]


def load() -> Dossier:
    """Read the listing and the people from the installed package."""
    root = files(__name__)
    manifest = json.loads(root.joinpath("manifest.json").read_text("utf-8"))
    people = json.loads(root.joinpath("people.json").read_text("utf-8"))
    return Dossier(
        notice=manifest["notice"],
        exhibits=tuple(_exhibit(entry) for entry in manifest["files"]),
        people=tuple(_person(entry) for entry in people),
        _root=root,
    )


def load_truth() -> Truth:
    """Read what an export of this dossier must and must not hold."""
    stated = json.loads(files(__name__).joinpath("truth.json").read_text("utf-8"))
    return Truth(
        canary_person=stated["canary"]["person"],
        canary=tuple(stated["canary"]["stems"]),
        stems={person: tuple(stems) for person, stems in stated["stems"].items()},
        files=tuple(_file_truth(entry) for entry in stated["files"]),
    )


def _exhibit(entry: dict[str, Any]) -> Exhibit:
    fields = {key: value for key, value in entry.items() if key not in ("about", "boxes")}
    masks = tuple(
        Mask(box["page"], Box(box["x"], box["y"], box["width"], box["height"]), box["person"])
        for box in entry["boxes"]
    )
    return Exhibit(**fields, about_en=entry["about"]["en"], about_ru=entry["about"]["ru"], masks=masks)


def _person(entry: dict[str, Any]) -> Person:
    return Person(
        id=entry["id"],
        name=entry["name"],
        role=entry["role"],
        aliases=tuple(entry["aliases"]),
        identifiers=tuple(entry["identifiers"]),
    )


def _file_truth(entry: dict[str, Any]) -> FileTruth:
    return FileTruth(
        name=entry["name"],
        readable=entry["readable"],
        absent=tuple(Form(form["form"], form["person"], form["word"]) for form in entry["absent"]),
        hidden=tuple((form["form"], form["where"]) for form in entry["hidden"]),
        survive=tuple(entry["survive"]),
        review=tuple((form["form"], form["category"]) for form in entry["review"]),
    )
