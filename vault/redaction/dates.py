"""Written dates, as parts of patterns: in digits, in Russian (in words too), in English. All are bounded."""

from __future__ import annotations

_MONTHS = (
    r"(?:янв(?:ар[ьяе]|арём)?|фев(?:рал[ьяе])?|март[ае]?|мар|апр(?:ел[ьяе])?|ма[йяе]|июн[ьяе]?|июл[ьяе]?|авг"
    r"(?:уст[ае]?)?"
    r"|сен(?:т(?:ябр[ьяе])?)?|окт(?:ябр[ьяе])?|ноя(?:бр[ьяе])?|дек(?:абр[ьяе])?"
    r"|січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня)(?!\w)"
)
# In full, in a case in which a month is spoken of: without a year an abbreviation says too little.
MONTH_NAMED_RU = (
    r"(?:январ[ьяею]|феврал[ьяею]|март[аеу]?|апрел[ьяею]|ма[йяею]|июн[ьяею]|июл[ьяею]|август[аеу]?|сентябр[ьяею]"
    r"|октябр[ьяею]"
    r"|ноябр[ьяею]|декабр[ьяею])(?!\w)"
)
_MONTHS_EN = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)(?!\w)"
)
_YEAR = r"(?:19|20)\d{2}(?!\d)"
_OF_YEAR = r"(?:[ ]?г(?:ода|оду|\.)?(?!\w))?"
_FORMER = r"(?:(?:этого|того же|прошлого|позапрошлого|текущего|нынешнего|следующего)[ ]года)"
DATE_IN_DIGITS = (
    r"(?<![\d.,/\-])(?:(?:0?[1-9]|[12]\d|3[01])[ ]?[./\-][ ]?(?:0?[1-9]|[12]\d|3[01])[ ]?[./\-][ ]?(?:(?:19"
    r"|20)\d{2}|\d{2})"
    r"|(?:19|20)\d{2}[./\-](?:0?[1-9]|1[0-2])[./\-](?:0?[1-9]|[12]\d|3[01]))(?![\d])(?![./\-]\d)"
)
_DAY_RU = r"(?<![\d.,])[«\"]?(?:0?[1-9]|[12]\d|3[01])[»\"]?(?:-?го)?[ ]?"
DATE_RU = rf"{_DAY_RU}{_MONTHS}\.?,?[ ]?(?:{_YEAR}{_OF_YEAR}|{_FORMER}|\d{{2}}[ ]?г(?:ода|\.))"
DAY_OF_MONTH_RU = rf"{_DAY_RU}{_MONTHS}"
_DAY_EN = r"(?<![\d.,])(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d)"
DATE_EN = (
    rf"(?:{_DAY_EN}[ \-/](?:day )?(?:of )?{_MONTHS_EN}\.?,?[ \-/](?:{_YEAR}|\d{{2}}(?!\d))"
    rf"|(?<!\w){_MONTHS_EN}\.?[ ]{_DAY_EN},?[ ]{_YEAR})"
)
DAY_OF_MONTH_EN = rf"(?:{_DAY_EN}[ ](?:day )?(?:of )?{_MONTHS_EN}|(?<!\w){_MONTHS_EN}\.?[ ]{_DAY_EN})"
DATE = rf"(?:{DATE_IN_DIGITS}|{DATE_RU}|{DATE_EN})"
MONTH_OF_YEAR_EN = rf"(?<!\w){_MONTHS_EN}\.?,? (?:of )?{_YEAR}"
MONTH_OF_YEAR_RU = rf"(?<!\w)(?:{_MONTHS}\.?[ ]{_YEAR}{_OF_YEAR}|{MONTH_NAMED_RU}[ ]{_FORMER})"
_TEENS = r"(?:один|две|три|четыр|пят|шест|сем|восем|девят)надцат"
_UNITS = r"(?:перв|втор|трет|четв[её]рт|пят|шест|седьм|восьм|девят)"
_ORDINAL_END = r"(?:ого|его|ьего|ое|ье|ом|ем|ьем|ым|ый|ий)"
_DAY_WORDS = (
    rf"(?:(?:двадцать|тридцать)[ ]{_UNITS}{_ORDINAL_END}|(?:{_TEENS}|десят|двадцат|тридцат|{_UNITS}){_ORDINAL_END})"
)
_TENS = r"(?:двадцать|тридцать|сорок|пятьдесят|шестьдесят|семьдесят|восемьдесят|девяносто)"
_ROUND = r"(?:десят|двадцат|тридцат|сороков|пятидесят|шестидесят|семидесят|восьмидесят|девяност)"
YEAR_IN_WORDS = (
    rf"(?:(?<!\w)(?:тысяча[ ]девятьсот|две[ ]тысячи)(?:[ ]{_TENS})?[ ](?:{_UNITS}|{_TEENS}|{_ROUND}){_ORDINAL_END}"
    rf"|(?<!\w)двухтысячн{_ORDINAL_END}|(?<!\w){_TENS}[ ]{_UNITS}{_ORDINAL_END}(?=[ ]год))[ ]год(?:а|у|ом|е)?(?!\w)"
)
DATE_IN_WORDS = rf"(?<!\w){_DAY_WORDS}[ ]{MONTH_NAMED_RU}(?:[ ](?:{YEAR_IN_WORDS}|{_FORMER}|{_YEAR}{_OF_YEAR}))?"
