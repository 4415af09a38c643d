"""The invented people of the dossier. No number here can belong to anybody.

Phones lie in +7 900 000 and in the +1 555-01 range kept for fiction, passports carry region 00, which does not
exist, mail and sites end in example.org, towns and streets are made up.
"""

from __future__ import annotations

SMALL_PRINT_RU = "Учебный образец, все лица вымышлены"
SMALL_PRINT_EN = "Synthetic sample, all persons invented"
SMALL_PRINT = f"{SMALL_PRINT_RU} / {SMALL_PRINT_EN}"

PEOPLE: list[dict[str, object]] = [
    {
        "id": "P1",
        "name": "Тернёва Дарья Андреевна",
        "role": "applicant",
        "aliases": ["Daria Terneva", "Даша"],
        "identifiers": ["+7 900 000-01-11", "daria.terneva@example.org", "0003 000114", "A000-000-314"],
    },
    {
        "id": "P2",
        "name": "Тернёва Елена Викторовна",
        "role": "relative",
        "aliases": ["Elena Terneva", "Олехно"],
        "identifiers": ["+7 900 000-01-22", "0001 000226", "000-000-314 00"],
    },
    {
        "id": "P3",
        "name": "Заречнов Михаил Павлович",
        "role": "relative",
        "aliases": ["Mikhail Zarechnov", "Миша"],
        "identifiers": ["+7 900 000-01-33", "m.zarechnov@example.org", "@red_lantern_77", "0002 000338"],
    },
    {
        "id": "P4",
        "name": "Ветлугорская Лидия Аркадьевна",
        "role": "witness",
        "aliases": ["Lidia Vetlugorskaya", "Лида"],
        "identifiers": ["+7 900 000-01-44", "+1 202-555-0144", "lida.vetlug@example.org", "@lidavetlug"],
    },
    {
        "id": "P5",
        "name": "Гронберг Герман Львович",
        "role": "witness",
        "aliases": ["Herman Gronberg", "Гера"],
        "identifiers": ["+7 900 000-01-55", "gera.g@example.org", "@gera_za_okolicey", "0004 000556"],
    },
]

# A witness whose surname is in no dictionary: where it is found after a run, it came from the dossier.
CANARY_PERSON = "P4"
CANARY = ["Ветлугорск", "Vetlugorsk"]

# What no redacted text may hold of each protected person once case, white space, hyphens and full stops are
# dropped: beginnings of names, handles, and the ends of numbers. The mother has the applicant's surname, so
# hers are her patronymic and her maiden name.
STEMS: dict[str, list[str]] = {
    "P2": ["викторовн", "viktorovn", "олехно", "elenaterneva", "ternevaelena", "0000122", "000226", "00000031400"],
    "P3": ["заречнов", "zarechnov", "павлович", "pavlovich", "red_lantern_77", "0000133", "000338"],
    "P4": ["ветлугорск", "vetlugorsk", "аркадьевн", "arkadyevn", "lidavetlug", "0000144", "5550144"],
    "P5": ["гронберг", "gronberg", "львович", "lvovich", "gera_za_okolicey", "0000155", "000556"],
}
