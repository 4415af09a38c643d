"""Mail, pages, accounts, machines, money: what identifies somebody on a network or at a bank."""

from __future__ import annotations

import re

from .identifier_kind import NO_DIGIT_AFTER, NO_DIGIT_BEFORE, Kind, kind

_SITES = (
    r"(?:vk\.com|vk\.ru|vk\.me|vk\.cc|vkontakte\.ru|ok\.ru|t\.me|telegram\.me|telegram\.dog|instagram\.com"
    r"|facebook\.com"
    r"|fb\.com|fb\.me|m\.me|twitter\.com|x\.com|tiktok\.com|youtube\.com|youtu\.be|linkedin\.com|threads\.net"
    r"|livejournal\.com|github\.com|wa\.me|api\.whatsapp\.com|chat\.whatsapp\.com|signal\.me|viber\.me"
    r"|invite\.viber\.com"
    r"|odnoklassniki\.ru|my\.mail\.ru|pikabu\.ru|medium\.com|soundcloud\.com|reddit\.com|snapchat\.com|discord\.gg"
    r"|dzen\.ru|rutube\.ru|bsky\.app|patreon\.com|boosty\.to|facebook\.me)"
)
# Where accounts are, as people name it.
_NETWORK = (
    r"(?:телеграм[а-я]{0,2}|телега|telegram|тг|tg|вконтакте|вк|vk|инстаграм[а-я]{0,2}|инста|instagram|insta|ig"
    r"|фейсбук[а-я]{0,2}|facebook|fb|твиттер[а-я]{0,2}|twitter|тикток[а-я]{0,2}|tiktok|скайп[а-я]{0,2}|skype|viber"
    r"|вайбер[а-я]{0,2}|whatsapp|ватсап[а-я]{0,2}|вотсап[а-я]{0,2}|одноклассники|discord|дискорд|youtube|ютуб|signal"
    r"|ник(?:нейм[а-я]{0,2})?|логин[а-я]{0,2}|аккаунт[а-я]{0,2}|username|user name|screen name|nickname|handle|login"
    r"|account(?: name)?|профил[а-я]{1,2}|profile)"
)
_HOST = r"[\w][\w\-]{0,62}"
_DOT = r"(?:[ ]?[\[({<](?:dot|точка|\.)[\])}>][ ]?|[ ]{1,2}(?:dot|точка)[ ]{1,2}|[ ]?\.[ ]?)"
_SAID_DOT = r"(?:[ ]?[\[({<](?:dot|точка)[\])}>][ ]?|[ ]{1,2}(?:dot|точка)[ ]{1,2})"
_TLD = r"(?:com|org|net|info|ru|ua|by|kz|uz|ge|am|az|kg|tj|de|pl|uk|eu|me|io|su|рф|укр|бел|ком|ру|орг|нет)(?!\w)"
_LOCAL = r"(?<![\w.+\-])[\w][\w.+\-]{0,63}"
# ISO 13616 registry: how long the account's number is, by country.
_IBAN_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT", 26: "IS TR", 27: "FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB PL", 29: "BR EG PS QA UA",
    30: "JO KW MU", 31: "MT", 33: "RU",
}  # fmt: skip
_IBAN_HEAD = 4
_IBAN = "|".join(
    rf"(?:{'|'.join(countries.split())})\d\d(?:[ \-]?[A-Z0-9]){{{length - _IBAN_HEAD}}}"
    for length, countries in _IBAN_LENGTHS.items()
)
_BASE58 = "1-9A-HJ-NP-Za-km-z"
_COIN = (
    r"бит[кc]о[иi]н|bitcoin|\bBTC\b|кошел[её]к|wallet|крипт|crypto|solana|\bSOL\b|monero|\bXMR\b|\bTON\b|USDT|литкоин"
)

ONLINE: tuple[Kind, ...] = (
    kind("EMAIL", "mail address", rf"{_LOCAL}@{_HOST}(?:\.{_HOST}){{1,5}}", gate="@"),
    kind(
        "EMAIL",
        "mail address, spaced",
        rf"{_LOCAL}[ ]?@[ ]?{_HOST}(?:[ ]?\.[ ]?{_HOST}){{0,2}}[ ]?\.[ ]?{_TLD}",
        flags=re.IGNORECASE,
        gate="@",
    ),
    kind(
        "EMAIL",
        "mail address, spelled out",
        rf"{_LOCAL}(?:{_SAID_DOT}[\w.+\-]{{1,40}}){{0,2}}[ ]{{0,2}}[\[({{<](?:at|a|а|собака|собачка|эт|ат"
        rf"|@)[\])}}>][ ]{{0,2}}"
        rf"{_HOST}(?:(?:\.|{_DOT}){_HOST}){{1,4}}",
        flags=re.IGNORECASE,
        gate=r"[\[({<]",
    ),
    kind(
        "EMAIL",
        "mail address, spelled out",
        rf"{_LOCAL}(?:{_SAID_DOT}[\w.+\-]{{1,40}}){{0,2}}[ ]{{1,2}}(?:собака|собачка)[ ]{{1,2}}{_HOST}"
        rf"(?:{_DOT}{_HOST}){{0,2}}"
        rf"{_DOT}{_TLD}",
        flags=re.IGNORECASE,
        gate="(?i)соба",
    ),
    kind(
        "EMAIL",
        "mail address, spelled out",
        rf"{_LOCAL}(?:{_SAID_DOT}[\w.+\-]{{1,40}}){{0,2}}[ ]{{1,2}}(?:at|эт|ат)[ ]{{1,2}}(?!(?:the|a|this)[ ]){_HOST}"
        rf"(?:{_SAID_DOT}{_HOST}){{0,2}}"
        rf"{_SAID_DOT}{_TLD}",
        flags=re.IGNORECASE,
        gate="(?i)dot|точка",
    ),
    kind(
        "URL",
        "address of a profile or page",
        rf"(?:https?://)?(?:[\w\-]{{1,30}}\.)?\b{_SITES}/[^\s<>\"'»)\]]{{2,300}}",
        flags=re.IGNORECASE,
        gate=r"\.\w",
    ),
    kind("URL", "web address", r"\bhttps?://[^\s<>\"'»)\]]{4,500}", flags=re.IGNORECASE, gate="(?i)http"),
    kind(
        "URL",
        "link to an account",
        r"\b(?:tg|viber|skype|whatsapp|mailto|tel)://?[^\s<>\"'»)\]]{3,200}",
        flags=re.IGNORECASE,
        gate=":/",
    ),
    kind(
        "URL",
        "web address",
        r"(?<![\w.@/])www\.[\w\-]{1,60}(?:\.[\w\-]{1,60}){1,4}(?:/[^\s<>\"'»)\]]{0,300})?",
        flags=re.IGNORECASE,
        gate="(?i)www",
    ),
    kind(
        "URL",
        "personal page",
        r"(?<![\w.])[a-z0-9\-]{3,40}\.(?:livejournal\.com|blogspot\.com|wordpress\.com|narod\.ru|ucoz\.ru|tumblr\.com"
        r"|substack\.com|t\.me|github\.io|taplink\.cc)",
        flags=re.IGNORECASE,
        gate=r"\.\w",
    ),
    kind("HANDLE", "handle", r"(?<![\w.@/])@[ ]?[A-Za-zА-Яа-я_][\w.]{2,40}(?<!\.)(?!@)", gate="@"),
    kind(
        "HANDLE",
        "account, after its network",
        rf"(?<!\w){_NETWORK}(?:[ ](?:аккаунт|ник|логин|имя|account|name|handle|user))?[ ]?[:=–—\-][ ]?[\"«“@]?"
        r"(?P<id>[A-Za-z_][\w.\-]{2,40})",
        flags=re.IGNORECASE,
        sure=False,
    ),
    kind(
        "HANDLE",
        "account, after its network",
        rf"(?<!\w){_NETWORK}[ ][\"«“@]?(?P<id>[A-Za-z_][A-Za-z0-9_.\-]{{3,40}}(?<![.\-]))",
        flags=re.IGNORECASE,
        check="mixed",
        sure=False,
    ),
    kind(
        "HANDLE",
        "quoted account",
        rf"(?<!\w){_NETWORK}[ ]?[\"«“](?P<id>[^\"»”\n]{{3,40}})[\"»”]",
        flags=re.IGNORECASE,
        sure=False,
    ),
    kind(
        "HANDLE",
        "number of an account",
        r"(?<!\w)(?:(?:telegram|телеграм[а-я]{0,2}|tg|тг|vk|вк|facebook|fb|instagram|user|chat|profile|юзер"
        r"|чат)[ _\-]?)"
        r"(?:id|ид|айди)[ :=№#]{0,3}(?P<id>-?\d{5,16})(?!\d)",
        flags=re.IGNORECASE,
    ),
    kind(
        "HANDLE",
        "number of an account",
        r"(?<![\w./])(?:id|club|public)\d{5,12}(?!\w)",
        flags=re.IGNORECASE,
        gate=r"(?i)id\d|[bc]\d",
    ),
    kind("IP", "IP address", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d)(?!\d)", check="ip", gate=r"\d\.\d"),
    kind("IP", "IPv6 address", r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){3,7}(?::?[0-9a-fA-F]{1,4}){1,4}(?![\w:])", gate=":"),
    kind(
        "IP",
        "IPv6 address",
        r"(?<![\w:])[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){1,5}::(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,4})?"
        r"(?![\w:])",
        gate="::",
    ),
    kind("DEVICE", "hardware address", r"(?<![\w:])[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?![\w:\-])", gate="[:-]"),
    kind(
        "DEVICE",
        "IMEI",
        r"(?<!\d)\d{2}[ \-]?\d{6}[ \-]?\d{6}[ \-]?\d(?!\d)",
        check="luhn",
        context=r"\bIMEI\b|ИМЕ[ИЙ]",
    ),
    kind("DEVICE", "number of a SIM card", r"(?<!\d)89\d{17,18}(?!\d)", context=r"\bSIM\b|сим[ \-]?карт|ICCID"),
    kind(
        "COORDINATES",
        "coordinates",
        r"(?<![\d.])-?\d{1,2}\.\d{4,8}°?(?:[ ]?[NSСЮ])?[,;]?[ ]{0,2}-?\d{1,3}\.\d{4,8}(?:°?[ ]?[EWВЗ]\b)?(?![\d.]\d)",
        gate=r"\d\.\d",
    ),
    kind(
        "COORDINATES",
        "coordinates",
        r"(?<!\w)[NSСЮ][ ]?\d{1,2}[.,]\d{2,8}°?[,;]?[ ]{0,2}[EWВЗ][ ]?\d{1,3}[.,]\d{2,8}°?(?!\d)",
        gate=r"\d[.,]\d",
    ),
    kind(
        "COORDINATES",
        "coordinates",
        r"(?<![\d.,])\d{1,2}[.,]\d{2,8}°?[ ]?(?:[NS]|[сю]\.?[ ]?ш\.?)[,;]?[ ]{0,2}\d{1,3}[.,]\d{2,8}°?[ ]?"
        r"(?:[EW]|[вз]\.?[ ]?д\.?)(?!\w)",
        gate=r"\d[.,]\d",
    ),
    kind(
        "COORDINATES",
        "coordinates",
        r"(?<![\d.,])-?\d{1,3}[.,]\d{2,8}(?!\d)",
        context=r"широт|долгот|latitude|longitude|\blat\b|\blo?ng\b|координат",
        gate=r"\d[.,]\d",
    ),
    kind(
        "COORDINATES",
        "coordinates",
        r"\d{1,3}[°º][ ]?\d{1,2}['′’][ ]?(?:\d{1,2}(?:[.,]\d{1,4})?[\"″”]?)?[ ]?(?:[NSсю]\.?(?:[ ]?ш\.?)?)?,?[ ]{0,2}"
        r"\d{1,3}[°º][ ]?\d{1,2}['′’][ ]?(?:\d{1,2}(?:[.,]\d{1,4})?[\"″”]?)?[ ]?(?:[EWвз]\.?(?:[ ]?д\.?)?)?",
        gate="[°º]",
    ),
    kind(
        "BANK_CARD",
        "bank card",
        rf"{NO_DIGIT_BEFORE}[2-6]\d{{3}}(?:[ \-.]{{1,2}}\d{{4}}){{3}}{NO_DIGIT_AFTER}",
        check="luhn",
    ),
    kind(
        "BANK_CARD",
        "bank card",
        r"(?<!\d)[2-6]\d{15,18}(?!\d)",
        check="luhn",
        context=r"\bкарт[аыуео]|\bcard\b|visa|mastercard|мир\b|сбер|тинькофф|перевод",
    ),
    kind(
        "BANK_CARD",
        "last digits of a card",
        r"(?<!\w)(?:[*xхX•]{2,4}[ ]?){1,3}(?P<id>\d{4})(?!\d)",
        context=r"\bкарт[аыуео]|\bcard\b|сч[её]т|account",
        gate=r"[*xхX•]{2}",
    ),
    kind("BANK_ACCOUNT", "IBAN", rf"(?<!\w)(?:{_IBAN})(?!\w)", check="iban", flags=re.IGNORECASE),
    kind(
        "BANK_ACCOUNT",
        "account",
        r"(?<!\d)(?:4[025]\d|30[12])\d{2}[ .\-]?\d{3}[ .\-]?\d[ .\-]?\d{4}[ .\-]?\d{7}(?!\d)",
        context=r"сч[её]т|р/с|р/сч|л/с|к/с|account|реквизит|рахун",
    ),
    kind(
        "BANK_ACCOUNT",
        "bank's code",
        r"(?<!\w)[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?!\w)",
        context=r"SWIFT|\bBIC\b|СВИФТ",
    ),
    kind("BANK_ACCOUNT", "bank's code", r"(?<!\d)04\d{7}(?!\d)", context=r"\bБИК\b|\bBIK\b"),
    kind("WALLET", "wallet", rf"(?<!\w)[13TLDA][{_BASE58}]{{25,34}}(?!\w)", check="base58"),
    kind(
        "WALLET",
        "wallet",
        r"(?<!\w)(?:bc1|ltc1|tb1|bnb1|cosmos1)[02-9ac-hj-np-z]{11,71}(?!\w)",
        flags=re.IGNORECASE,
        gate="(?i)[cbs]1",
    ),
    kind("WALLET", "wallet", r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)", gate="0x"),
    kind("WALLET", "wallet", r"(?<![\w\-])[EUk0]Q[A-Za-z0-9_\-]{46}(?![\w\-])"),
    kind("WALLET", "wallet", rf"(?<!\w)(?:4[0-9AB]|8[0-9A-Z])[{_BASE58}]{{93}}(?!\w)"),
    kind("WALLET", "wallet", rf"(?<!\w)[{_BASE58}]{{26,44}}(?!\w)", context=_COIN, sure=False),
)
