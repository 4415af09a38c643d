"""What was taken out of an exhibit, in words that a lawyer reads, English and Russian.

A recipient's program makes the page anew from the manifest to check it: words that stand here stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: dict[str, tuple[str, str]] = {
    "PERSON": ("names of people", "имена людей"),
    "IDENTIFIER": ("listed numbers or accounts", "номера или учётные записи из списка"),
    "PHONE": ("telephone numbers", "телефоны"),
    "EMAIL": ("mail addresses", "адреса почты"),
    "HANDLE": ("account names", "имена учётных записей"),
    "URL": ("web addresses", "адреса в сети"),
    "ADDRESS": ("postal addresses", "почтовые адреса"),
    "BIRTH_DATE": ("dates of birth", "даты рождения"),
    "BIRTHPLACE": ("places of birth", "места рождения"),
    "PASSPORT": ("passport numbers", "номера паспортов"),
    "PERSONAL_NUMBER": ("personal numbers", "личные номера"),
    "DOCUMENT_NUMBER": ("numbers of documents", "номера документов"),
    "SNILS": ("insurance numbers (SNILS)", "номера СНИЛС"),
    "HEALTH_INSURANCE": ("health insurance numbers", "номера медицинских полисов"),
    "TAX_NUMBER": ("tax numbers", "ИНН"),
    "SSN": ("social security numbers", "номера социального страхования"),
    "COMPANY_NUMBER": ("company numbers", "номера организаций"),
    "BANK_CARD": ("bank cards", "банковские карты"),
    "BANK_ACCOUNT": ("bank accounts", "банковские счета"),
    "IBAN": ("bank accounts (IBAN)", "банковские счета (IBAN)"),
    "WALLET": ("wallets", "кошельки"),
    "PLATE": ("number plates", "номера машин"),
    "VIN": ("vehicle numbers", "номера кузова"),
    "DRIVING_LICENCE": ("driving licences", "водительские удостоверения"),
    "MILITARY_ID": ("military papers", "военные билеты"),
    "MIGRATION_CARD": ("migration cards", "миграционные карты"),
    "RESIDENCE": ("residence permits", "виды на жительство"),
    "VISA": ("visas", "визы"),
    "CERTIFICATE": ("certificates", "свидетельства"),
    "COURT_CASE": ("court case numbers", "номера судебных дел"),
    "COURT_UID": ("unique numbers of court cases", "уникальные номера судебных дел"),
    "CASE_FILE": ("case file numbers", "номера дел"),
    "CRIMINAL_CASE": ("criminal case numbers", "номера уголовных дел"),
    "FINE": ("numbers of fines", "номера постановлений о штрафе"),
    "A_NUMBER": ("alien numbers", "номера A-Number"),
    "RECEIPT": ("receipt numbers", "номера квитанций"),
    "DHS_NUMBER": ("numbers of the immigration service", "номера миграционной службы"),
    "UNHCR_NUMBER": ("UNHCR numbers", "номера УВКБ ООН"),
    "I94": ("entry records (I-94)", "карточки въезда (I-94)"),
    "IP": ("network addresses", "сетевые адреса"),
    "PESEL": ("personal numbers (PESEL)", "личные номера (PESEL)"),
    "IMEI": ("numbers of devices (IMEI)", "номера устройств (IMEI)"),
    "DEVICE": ("numbers of devices", "номера устройств"),
    "COORDINATES": ("coordinates", "координаты"),
    "NUMBER": ("other numbers", "другие номера"),
    "CODE": ("other numbers", "другие номера"),
    "PLACE": ("places", "места"),
    "ORGANISATION": ("organisations", "организации"),
    "AGE": ("ages", "возраст"),
    "DATE": ("dates", "даты"),
    "QUANTITY": ("quantities", "количества"),
    "KINSHIP": ("words for relatives", "слова о родстве"),
    "NATIONALITY": ("nationalities", "национальность"),
    "FAITH": ("faith", "вероисповедание"),
    "CLAN": ("clans", "род, тейп"),
    "FAMILY": ("family", "семья"),
    "PROFESSION": ("professions", "профессии"),
    "EMPLOYER": ("employers", "места работы"),
    "UNIT": ("military units", "воинские части"),
    "EDUCATION": ("schools", "места учёбы"),
    "HEALTH": ("health", "здоровье"),
    "ORIENTATION": ("orientation", "ориентация"),
    "MISC": ("other details", "другие подробности"),
    "UNREADABLE": ("words that could not be read", "нечитаемые слова"),
    "MARKED": ("words marked by hand", "отмеченные вручную слова"),
    "black box": ("black boxes on pictures", "чёрные прямоугольники на изображениях"),
    "page withheld": ("pages withheld", "изъятые страницы"),
}
NOTHING = ("nothing", "ничего")


def phrases(redactions: Mapping[str, int]) -> tuple[str, str]:
    """("names of people: 2; telephone numbers: 1", the same in Russian). Categories of one name are added up."""
    return _phrase(redactions, 0), _phrase(redactions, 1)


def _phrase(redactions: Mapping[str, int], language: int) -> str:
    found: dict[str, int] = {}
    for category, count in sorted(redactions.items()):
        words = WORDS.get(category)
        name = words[language] if words is not None else category.replace("_", " ").lower()
        found[name] = found.get(name, 0) + count
    return "; ".join(f"{name}: {count}" for name, count in found.items()) or NOTHING[language]
