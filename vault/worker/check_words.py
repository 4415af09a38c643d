"""Word lists of the leak check."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Small words inside names that are no part of their own.
PARTICLES = _words(
    """
    оглы кызы угли ибн бен бин аль эль ад ан де да ди дю ван фон дер ден ла ле улы ogly kyzy ibn ben bin al el
    ad de da di du van von der den la le mr mrs ms dr
    """
)

# The smallest words: never the second half of a cut name, nor a part of a name written with a hyphen.
FUNCTION_WORDS = _words(
    """
    на не но ни до да за же из их им ин ко ли мы об он от по со те то та ту ты уж бы во вы её ее его ей еще
    кто что как где или для при над под без том тот эта это оно она они был ним них нас вас нам вам мне кое
    либо нибудь там тут уже так раз два ещё the and not was for him her his she you are its who but had has
    in on at to of is it be by or an as he we no do so if up us my me
    """
)

# Particles that are titles and are never written together with what follows.
TITLES = _words("mr mrs ms dr")

# What is put behind a given name to honour it, written in one word with it.
HONORIFICS = _words("жон джон джан жан хон хан бек бай бой ака апа опа ой гуль гул али бека биби")

# Possessives of given names that are rather a word, another name, or the surname of very many.
NO_POSSESSIVE = _words(
    """
    ленин машин шурин полин галин марин колин розин ильин никитин фомин кузьмин лукин саввин данилин гаврилин
    васин костин гришин мишин юрин сонин ванин митин пашин петин савин борин
    """
)

# Given names and their short forms that are also everyday words when they are written small.
EVERYDAY = _words(
    """
    вера надежда любовь роман лев слава мир роза лилия майя злата рада марк август тихон макар воля свет
    светлана весна лада mark will rose grace may hope faith art bill frank lee roman pat sue rob jack ray dale
    поля заря света мила рома гена тома мишка стас люба мага маго ната тоша лара люся гога деня
    """
)

# Frequent English words that sound like some name when a name's ending may vary.
ENGLISH = _words(
    """
    have has had gave give given even ever every over were are was been seen more mere mare most must may
    might mine many money any only one own also all will well wall would could should their there them then
    than that this these those they his her him she here hers who whom whose what when where while why how out
    our ours from for not note none noon into onto under after before below believe live lives lived love
    leave left line lane lone long last least less let late lately same some seem seems soon sun son case
    cause costs cost came come comes can part party port post past place police people public paid pay day
    date data dated daily due did does do done made make male main man men mean means mind name named near nor
    no now new news right rate role rule rules report state stay still such sole sale sell sent said say see
    set sea side site visa voice view very vary via
    """
)

# Capitalised English words after a given name that are no surname.
NOT_A_SURNAME = _words(
    """
    the and of in on at to for by with from was is has had said told who that this mr mrs ms january february
    march april may june july august september october november december
    """
)

# How single letters are romanised, for names so short that only exact spellings may count.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "а": ("a",), "б": ("b",), "в": ("v", "w"), "г": ("g", "h"), "д": ("d",), "е": ("e", "ye", "je"), "ё": ("yo", "e"),
    "ж": ("zh", "j"), "з": ("z", "s"), "и": ("i", "ee", "y"), "й": ("i", "y", "j"), "к": ("k",), "л": ("l",),
    "м": ("m",), "н": ("n",), "о": ("o",), "п": ("p",), "р": ("r",), "с": ("s",), "т": ("t",), "у": ("u", "oo"),
    "ф": ("f",), "х": ("kh", "h", "ch"), "ц": ("ts", "c", "tz", "z", "ch"), "ч": ("ch", "tsch", "cz", "c"),
    "ш": ("sh", "sch", "sz"), "щ": ("shch", "sch"), "ы": ("y", "i"), "ь": ("", "'"), "ъ": ("",), "э": ("e",),
    "ю": ("yu", "iu", "ju"), "я": ("ya", "ia", "ja"),
}  # fmt: skip
