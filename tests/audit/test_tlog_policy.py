"""Policies, as c2sp.org/tlog-policy has them."""

from __future__ import annotations

import base64
import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from witness_make import KEYS, LAWYER, LOG_KEY, WITNESSES, Tree, cosigned

from vault.audit import cosignatures, tlog_policy
from vault.audit.cosigner import Cosigner
from vault.audit.tlog_policy import Group
from vault.crypto import signing
from vault.errors import Usage

X1, X2, X3, Y1, Y2, Y3 = KEYS[:6]
# The example of the specification, with keys.
EXAMPLE = f"""\
log {LOG_KEY.text}

witness X1 {X1.text}
witness X2 {X2.text}
witness X3 {X3.text}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y1.text}
witness Y2 {Y2.text}
witness Y3 {Y3.text}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
A, B, C = (f"witness {name} {key.text}\n" for name, key in zip("ABC", KEYS, strict=False))


def test_the_example_of_the_specification() -> None:
    policy = tlog_policy.parse(EXAMPLE)
    assert policy.logs == (LOG_KEY,)
    assert policy.witnesses == {"X1": X1, "X2": X2, "X3": X3, "Y1": Y1, "Y2": Y2, "Y3": Y3}
    assert policy.groups == {
        "X-witnesses": Group(2, ("X1", "X2", "X3")),
        "Y-witnesses": Group(1, ("Y1", "Y2", "Y3")),
        "X-and-Y": Group(2, ("X-witnesses", "Y-witnesses")),
    }
    assert policy.quorum == "X-and-Y"
    for count in range(7):
        for signed in itertools.combinations((X1, X2, X3, Y1, Y2, Y3), count):
            enough = sum(key in signed for key in (X1, X2, X3)) >= 2 and any(key in signed for key in (Y1, Y2, Y3))
            assert policy.met(signed) == enough


def test_a_policy_and_the_cosignatures_of_a_head() -> None:
    policy = tlog_policy.parse(EXAMPLE)
    keys = list(policy.witnesses.values())
    for cosigners, enough in (
        ((WITNESSES[0], WITNESSES[1], WITNESSES[3]), True),
        ((WITNESSES[0], WITNESSES[3], WITNESSES[4], WITNESSES[5]), False),
        ((WITNESSES[0], WITNESSES[6], LAWYER), False),
    ):
        note = cosigned(Tree(3).checkpoint(3), *cosigners)
        assert policy.met(one.key for one in cosignatures.verify(note, keys)) == enough


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        ("quorum none\n", {0, 1, 2, 3}),
        (A + "quorum none\n", {0, 1, 2, 3}),
        (A + B + C + "group g all A B C\nquorum g\n", {3}),
        (A + B + C + "group g any A B C\nquorum g\n", {1, 2, 3}),
        (A + B + C + "group g 1 A B C\nquorum g\n", {1, 2, 3}),
        (A + B + C + "group g 2 A B C\nquorum g\n", {2, 3}),
        (A + B + C + "group g 3 A B C\nquorum g\n", {3}),
    ],
)
def test_thresholds(lines: str, counts: set[int]) -> None:
    policy = tlog_policy.parse(lines)
    for count in range(4):
        for signed in itertools.combinations(KEYS[:3], count):
            assert policy.met(signed) == (count in counts)


def test_a_single_witness_is_a_quorum_also_if_it_is_in_a_group() -> None:
    policy = tlog_policy.parse(A + B + "group g all A B\nquorum A\n")
    assert policy.met([KEYS[0]])
    assert not policy.met([KEYS[1]])


def test_only_the_very_key_counts() -> None:
    """Not the same key under another name: what a name vouches for is part of it."""
    policy = tlog_policy.parse(A + "quorum A\n")
    renamed = signing.CosignerKey("casevault-heads/" + "ab" * 8, KEYS[0].public)
    assert not policy.met([renamed])
    assert not policy.met([signing.CosignerKey(KEYS[0].name, KEYS[1].public)])
    assert not policy.met([])
    assert policy.met([renamed, KEYS[0], KEYS[0]])


def test_groups_in_a_long_chain() -> None:
    lines = [A, "group g0 all A\n", *(f"group g{n} any g{n - 1}\n" for n in range(1, tlog_policy.MAX_GROUPS))]
    policy = tlog_policy.parse("".join(lines) + f"quorum g{tlog_policy.MAX_GROUPS - 1}\n")
    assert policy.met([KEYS[0]])
    assert not policy.met([KEYS[1]])


ODD_BUT_ALLOWED = {
    "spaces and tabs": f" \twitness\t \tA  {X1.text} \t\n\tquorum  A\t\n",
    "empty lines and comments": f"\n \t\n# quorum none\n  #x\n#\n{A}quorum A\n\n#",
    "URLs": f"log {LOG_KEY.text} https://log.example/\nwitness A {X1.text} anything-at-all\nquorum A\n",
    "a comment with other letters": f"# свидетель {chr(0x7F + 1)}\n{A}quorum A\n",
    "a name in other letters": f"witness Свидетель {X1.text}\nquorum Свидетель\n",
    "the kelvin sign is no K": f"witness K {X1.text}\nwitness \u212a {X2.text}\nquorum \u212a\n",
    "no-break space in a name": f"witness A\u00a0B {X1.text}\nquorum A\u00a0B\n",
    "line separator in a name": f"witness A\u2028B {X1.text}\nquorum A\u2028B\n",
    "next line in a name": f"witness A\u0085B {X1.text}\nquorum A\u0085B\n",
    "keywords as names": f"witness witness {X1.text}\nwitness all {X2.text}\ngroup any all all\nquorum any\n",
    "a number as a name": f"witness 2 {X1.text}\ngroup 1 1 2\nquorum 1\n",
    "a hash within a name": f"witness A#1 {X1.text}\nquorum A#1\n",
    "a name that begins with a hash": f"witness #A {X1.text}\nquorum #A\n",
    "the quorum before other lines": f"{A}quorum A\nlog {LOG_KEY.text}\n{B}",
    "names in two cases": f"witness a {X1.text}\nwitness A {X2.text}\nquorum a\n",
    "a log that is a witness too": f"log {X1.plain.text}\n{A}quorum A\n",
}


@pytest.mark.parametrize("what", ODD_BUT_ALLOWED)
def test_what_is_odd_but_allowed(what: str) -> None:
    text = ODD_BUT_ALLOWED[what].rstrip("#") + ("#\n" if ODD_BUT_ALLOWED[what].endswith("#") else "")
    policy = tlog_policy.parse(text)
    assert policy.quorum is not None
    assert policy.met(KEYS)
    assert not policy.met([])
    assert tlog_policy.parse(text.encode()) == policy


def test_names_of_any_bytes() -> None:
    text = b"witness \xff\xfe " + X1.text.encode() + b"\nwitness \xff " + X2.text.encode() + b"\nquorum \xff\n"
    policy = tlog_policy.parse(text)
    assert len(policy.witnesses) == 2
    assert policy.met([X2])
    assert not policy.met([X1])


REFUSED = {
    "empty": "",
    "no quorum": A,
    "two quorums": A + "quorum A\nquorum A\n",
    "two quorums of none": "quorum none\nquorum none\n",
    "no newline at the end": A + "quorum A",
    "carriage returns": (A + "quorum A\n").replace("\n", "\r\n"),
    "a carriage return": A + "quorum A\r\n",
    "a zero byte": A + "quorum A\n#\0\n",
    "a form feed": A + "quorum\fA\n",
    "an escape in a comment": A + "# \x1b[2J\nquorum A\n",
    "a delete": A + "# \x7f\nquorum A\n",
    "an unknown line": A + "threshold 2\nquorum A\n",
    "a keyword in capitals": A + "Quorum A\n",
    "a no-break space between items": A + "quorum\u00a0A\n",
    "an undefined quorum": A + "quorum B\n",
    "a quorum before its witness": "quorum A\n" + A,
    "a quorum of two": A + B + "quorum A B\n",
    "a quorum of nothing": A + "quorum\n",
    "a log without a key": "log\nquorum none\n",
    "a log with too much": f"log {LOG_KEY.text} https://a b\nquorum none\n",
    "a log with a cosigner's key": f"log {X1.text}\nquorum none\n",
    "a log twice": f"log {LOG_KEY.text}\nlog {LOG_KEY.text}\nquorum none\n",
    "a log's key under two names": (
        f"log {LOG_KEY.text}\nlog {signing.NoteKey('other.example', LOG_KEY.public).text}\nquorum none\n"
    ),
    "a witness without a key": "witness A\nquorum none\n",
    "a witness with too much": f"witness A {X1.text} https://a b\nquorum A\n",
    "a witness with a log's key": f"witness A {LOG_KEY.text}\nquorum A\n",
    "a witness's name twice": f"{A}witness A {X2.text}\nquorum A\n",
    "a witness's key twice": f"{A}witness B {X1.text}\nquorum A\n",
    "a witness's key under two names": (
        f"{A}witness B {signing.CosignerKey('other.example', X1.public).text}\nquorum A\n"
    ),
    "a witness called none": f"witness none {X1.text}\nquorum none\n",
    "a group called none": A + "group none all A\nquorum none\n",
    "a group called as a witness": A + "group A all A\nquorum A\n",
    "a group called as a group": A + B + "group g all A\ngroup g all B\nquorum g\n",
    "a witness called as a group": A + f"group B all A\nwitness B {X2.text}\nquorum B\n",
    "a group of nothing": A + "group g all\nquorum g\n",
    "a group without a threshold": A + "group g\nquorum A\n",
    "a group of none": A + "group g all A none\nquorum g\n",
    "a group of itself": A + "group g all g\nquorum g\n",
    "two groups of each other": A + "group g all h\ngroup h all g\nquorum g\n",
    "a group of what comes later": A + "group g all A B\n" + B + "quorum g\n",
    "a group of an undefined name": A + "group g any A B\nquorum g\n",
    "a member twice": A + "group g all A A\nquorum g\n",
    "a member of two groups": A + B + "group g all A\ngroup h any A B\nquorum h\n",
    "a group in two groups": A + B + C + "group g all A\ngroup h any g B\ngroup i any g C\nquorum h\n",
    "a threshold of zero": A + "group g 0 A\nquorum g\n",
    "a negative threshold": A + "group g -1 A\nquorum g\n",
    "a threshold with a plus": A + "group g +1 A\nquorum g\n",
    "a threshold with a zero before it": A + "group g 01 A\nquorum g\n",
    "a threshold beyond": A + B + "group g 3 A B\nquorum g\n",
    "a hexadecimal threshold": A + "group g 0x1 A\nquorum g\n",
    "a threshold in other digits": A + "group g ١ A\nquorum g\n",
    "a threshold in capitals": A + "group g ALL A\nquorum g\n",
    "a long threshold": A + "group g " + "1" * 5000 + " A\nquorum g\n",
    "a key with another id": A.replace(X1.id.hex(), "00000000") + "quorum A\n",
    "a key with a letter more": A.replace(X1.text, X1.text + "A") + "quorum A\n",
    "a long key": "witness A " + "a" * 100_000 + "\nquorum A\n",
    "too much": "#" * 10_000_000 + "\nquorum none\n",
    "too many lines": "\n" * 10_000_000 + "quorum none\n",
    "a lone surrogate": "witness \ud800 " + X1.text + " \ud800 \ud800\nquorum none\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what: str) -> None:
    with pytest.raises(Usage) as caught:
        tlog_policy.parse(REFUSED[what])
    # Names may be those of people: messages say where, and repeat nothing.
    assert "cosignature policy" in caught.value.message
    assert not any(name in caught.value.message for name in ("casevault", "example"))
    assert len(caught.value.message) < 150


def test_an_mldsa_witness_can_not_be_checked_here_and_is_refused() -> None:
    material = b"\x06" + bytes(1312)
    key_id = hashlib.sha256(b"w.example\n" + material).digest()[:4]
    line = f"witness A w.example+{key_id.hex()}+{base64.b64encode(material).decode()}\n"
    with pytest.raises(Usage, match=r"line 1 .*no key that can be checked"):
        tlog_policy.parse(line + "quorum A\n")


def test_the_line_is_named() -> None:
    with pytest.raises(Usage, match=r"^line 4 of the cosignature policy: the quorum is not defined"):
        tlog_policy.parse(A + "\n# more\nquorum B\n")


def vkeys(count: int) -> list[str]:
    return [Cosigner(f"w.example/{number}", number.to_bytes(32, "big")).key.text for number in range(count)]


def test_as_many_as_the_specification_recommends_and_a_bound() -> None:
    assert min(tlog_policy.MAX_LOGS, tlog_policy.MAX_WITNESSES, tlog_policy.MAX_GROUPS) >= 32
    witnesses = [f"witness w{n} {key} https://{'x' * 900}\n" for n, key in enumerate(vkeys(65))]
    groups = [f"group g{n} any w{n}\n" for n in range(64)]
    full = "".join(witnesses[:64] + groups[:63]) + f"group g63 all {' '.join(f'g{n}' for n in range(63))} w63\n"
    policy = tlog_policy.parse(full + "quorum g63\n")
    assert policy.met(policy.witnesses.values())
    assert not policy.met(list(policy.witnesses.values())[1:])
    with pytest.raises(Usage, match="too many witnesses"):
        tlog_policy.parse("".join(witnesses) + "quorum w0\n")
    with pytest.raises(Usage, match="too many groups"):
        tlog_policy.parse(full + "group more any g63\nquorum none\n")
    logs = [f"log {signing.NoteKey('l.example', bytes([n]) * 32).text}\n" for n in range(65)]
    assert len(tlog_policy.parse("".join(logs[:64]) + "quorum none\n").logs) == 64
    with pytest.raises(Usage, match="too many logs"):
        tlog_policy.parse("".join(logs) + "quorum none\n")


ITEMS = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "any", "all", "1", "2", "A", "B", "g", "#", LOG_KEY.text]
    + [key.text for key in KEYS[:3]]
)


@given(st.lists(st.lists(ITEMS, max_size=5).map(" ".join), max_size=8).map("\n".join))
def test_anything_is_a_policy_or_refused(text: str) -> None:
    try:
        policy = tlog_policy.parse(text + "\nquorum none\n")
    except Usage:
        return
    assert policy.met([])
    assert set(policy.groups) & set(policy.witnesses) == set()


@given(st.binary(max_size=120) | st.text(max_size=60))
def test_no_bytes_do_more_than_be_refused(data: bytes | str) -> None:
    try:
        policy = tlog_policy.parse(data)
    except Usage:
        return
    assert policy.quorum is None or policy.quorum in {*policy.groups, *policy.witnesses}


@st.composite
def layered(draw: st.DrawFn) -> tuple[str, dict[str, Group]]:
    """A policy of seven witnesses whose groups take whatever is in none yet."""
    free = [f"w{number}" for number in range(len(KEYS))]
    lines = [f"witness {name} {key.text}" for name, key in zip(free, KEYS, strict=True)]
    groups: dict[str, Group] = {}
    for number in range(draw(st.integers(1, 4))):
        members = tuple(draw(st.lists(st.sampled_from(free), min_size=1, max_size=4, unique=True)))
        free = [name for name in free if name not in members] + [f"g{number}"]
        groups[f"g{number}"] = Group(draw(st.integers(1, len(members))), members)
        lines.append(f"group g{number} {groups[f'g{number}'].threshold} {' '.join(members)}")
    return "\n".join([*lines, f"quorum g{len(groups) - 1}", ""]), groups


@given(layered(), st.sets(st.integers(0, 6)))
def test_a_policy_is_met_as_its_definition_says(made: tuple[str, dict[str, Group]], signed: set[int]) -> None:
    text, groups = made

    def witnessed(name: str) -> bool:
        if name.startswith("w"):
            return int(name[1:]) in signed
        return sum(map(witnessed, groups[name].members)) >= groups[name].threshold

    policy = tlog_policy.parse(text)
    assert policy.groups == groups
    assert policy.met(KEYS[number] for number in signed) == witnessed(f"g{len(groups) - 1}")
