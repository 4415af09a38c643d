"""Written dates, as parts of patterns: in digits, in Russian, in English. All are bounded."""

from __future__ import annotations

_MONTHS = (
    r"(?:янв(?:ар[ья])?|фев(?:рал[ья])?|март?а?|апр(?:ел[ья])?|ма[йя]|июн[ья]?|июл[ья]?|авг(?:уста?)?"
    r"|сен(?:т(?:ябр[ья])?)?"
    r"|окт(?:ябр[ья])?|ноя(?:бр[ья])?|дек(?:абр[ья])?)"
)
_MONTHS_EN = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
DATE_IN_DIGITS = r"(?:\d{1,2}[./\-]\d{1,2}[./\-](?:\d{4}|\d{2})|\d{4}[./\-]\d{1,2}[./\-]\d{1,2})"
DATE_RU = rf"«?\d{{1,2}}»?[ \u00a0]{_MONTHS}\.?[ \u00a0]\d{{4}}(?:[ \u00a0]?г(?:ода|\.)?)?"
DATE_EN = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ \u00a0](?:of )?{_MONTHS_EN}\.?,?[ \u00a0]\d{{4}}"
    rf"|{_MONTHS_EN}\.?[ \u00a0]\d{{1,2}}(?:st|nd|rd|th)?,?[ \u00a0]\d{{4}})"
)
DATE = rf"(?:{DATE_IN_DIGITS}|{DATE_RU}|{DATE_EN})"
MONTH_OF_YEAR_EN = rf"\b{_MONTHS_EN},? (?:of )?(?:19|20)\d{{2}}\b"
MONTH_OF_YEAR_RU = (
    rf"\b(?:{_MONTHS}|(?:янва|февра|апре|ию|авгус|сентяб|октяб|нояб|декаб|мар)[а-я]{{1,4}}) (?:19|20)\d{{2}}\b"
)
