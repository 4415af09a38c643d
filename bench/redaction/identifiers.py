"""Identifiers by shape, checksum and context: the table's examples, made numbers of each kind, and look-alikes."""

from __future__ import annotations

import random
import re

from bench.redaction.made_identifiers import KINDS_MADE, WITH_A_WRONG_CHECK, innocent_numbers
from bench.redaction.material import Figure, covered, read_table, shared
from vault.redaction.identifiers import find_identifiers

CONTEXT = {
    "ru_passport_internal": "паспорт", "ru_passport_foreign": "заграничный паспорт", "ru_inn": "ИНН",
    "ru_snils": "СНИЛС", "ru_ogrn": "ОГРН", "ru_court_case": "дело", "ru_criminal_case17": "уголовное дело",
    "ru_uin_gibdd20": "УИН", "ru_driver_licence": "водительское удостоверение", "ru_zags_cert": "свидетельство",
    "ru_military_id": "военный билет", "ru_oms16": "полис", "us_a_number_bare": "A-Number",
    "us_uscis_online_acct": "online account", "us_ead_card_no": "Card#", "us_i94": "I-94", "us_fins": "FIN #",
    "us_dhs_event": "Event No", "us_driver_licence": "driver's license",
}  # fmt: skip
LOOK_ALIKES_EACH = 200
MADE_EACH = 40


def identifiers_figure(seed: int, show: bool) -> list[Figure]:
    rows = read_table(shared() / "data" / "identifiers" / "identifiers.tsv")
    dice = random.Random(seed)
    return [*_table_figures(rows, dice, show), *_made_figures(dice, show)]


def _table_figures(rows: list[dict[str, str]], dice: random.Random, show: bool) -> list[Figure]:
    # A number that has the shape of a kind that needs neither context nor checksum is one, whatever its digits.
    plain = [re.compile(row["regex"]) for row in rows if row["context_needed"] == "-" and row["checksum"] == "none"]
    total = found = tried = wrong = 0
    for row in rows:
        by_context = row["context_needed"] != "-"
        word = CONTEXT.get(row["name"], "") if by_context else ""
        for example in filter(None, (row["examples"] or "").split("; ")):
            for text in (f"{word} {example}".strip(), f"В деле есть {word} {example}, выдан отделом."):
                total += 1
                at = text.index(example)
                if covered(find_identifiers(text), at, at + len(example), text):
                    found += 1
                elif show:
                    print("  missed", row["name"], text)
            if not by_context:
                continue
            for _ in range(LOOK_ALIKES_EACH):
                other = "".join(dice.choice("0123456789") if char.isdigit() else char for char in example)
                if any(shape.search(other) for shape in plain):
                    continue
                tried += 1
                text = f"Всего отправлено {other} единиц товара."
                if find_identifiers(text):
                    wrong += 1
                    if show:
                        print("  wrong", row["name"], other, [span.category for span in find_identifiers(text)])
    return [
        Figure("identifiers.tsv, examples found", found / total, total, "all"),
        Figure("same shapes with random digits and no context, wrongly found", wrong / tried, tried, "<= .02"),
    ]


def _made_figures(dice: random.Random, show: bool) -> list[Figure]:
    """Numbers made by each kind's rule, with its word; the same with a wrong check digit; numbers of other sorts."""
    total = found = 0
    for name, make in KINDS_MADE.items():
        for _ in range(MADE_EACH):
            before, number = make(dice)
            text = f"Приложено: {before}{number}, см. лист дела."
            at = text.index(number)
            total += 1
            if covered(find_identifiers(text), at, at + len(number), text):
                found += 1
            elif show:
                print("  missed", name, text)
    tried = wrong = 0
    texts = [make(dice) for make in WITH_A_WRONG_CHECK.values() for _ in range(LOOK_ALIKES_EACH)]
    for text in texts + innocent_numbers(dice, LOOK_ALIKES_EACH):
        tried += 1
        spans = find_identifiers(text)
        if spans:
            wrong += 1
            if show:
                print("  wrong", text, [(text[span.start : span.end], span.category) for span in spans])
    return [
        Figure(f"made numbers of {len(KINDS_MADE)} kinds, found", found / total, total, "all"),
        Figure("wrong check digits, sums, articles, pages, ISBNs, wrongly found", wrong / tried, tried, "<= .02"),
    ]
