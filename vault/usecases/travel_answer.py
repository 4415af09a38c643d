"""The trustee's side, on a computer of their own without a vault: open a share, answer a request.

No program can see whether somebody is being forced. So what a trustee is told to do comes first, and the code of the
request is typed as it was heard: a request that was swapped on its way has another one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vault.crypto import shares
from vault.errors import CasevaultError, Damaged, Forged, Usage, WrongSecret, hinted
from vault.formats import travel_request, travel_share
from vault.formats.travel_request import Answer, Request
from vault.formats.travel_share import TravelShare
from vault.store import output
from vault.usecases import travel_shares

if TYPE_CHECKING:
    from vault.crypto.age import HybridRecipient, Identity

MAX_SEALED = 64 * 1024
_AGAIN = "Ask for the file again: it was altered or cut off on its way."
_MARKS = (b"age-encryption.org/", b"-----BEGIN AGE")


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """A share that was opened: its words, and what came with it (None for words from paper)."""

    text: str
    sealed: TravelShare | None

    @property
    def proof(self) -> str:
        """The digits by which whoever made the share sees that it was opened; none for words from paper."""
        return "" if self.sealed is None else travel_shares.proof(self.text)


def is_sealed(data: bytes) -> bool:
    """Whether a share is a sealed file, and not words."""
    return data.startswith(_MARKS)


def unsealed(untrusted_data: bytes, identities: Sequence[Identity]) -> Held:
    """Open a sealed share. Raises WrongSecret for somebody else's, Damaged, NewerFormat."""
    try:
        with hinted(_AGAIN):
            share = travel_share.parse(_decrypted(untrusted_data, identities))
    except WrongSecret:
        raise WrongSecret(
            "this share is sealed to another key", hint="Take the key file whose public half you gave away for it."
        ) from None
    return Held(share.share, _sound(share))


def typed(text: str) -> Held:
    """Words from paper. Raises WrongSecret if one of them is wrong."""
    shares.parse(text)
    return Held(text, None)


def read_request(untrusted_data: bytes) -> Request:
    """A request, its key checked. Raises Damaged, NewerFormat."""
    with hinted(_AGAIN):
        request = travel_request.parse_request(untrusted_data)
        _key(request)
    return request


def check_set(request: Request, held: Held) -> None:
    """Raise Usage if the request is about other shares than this one."""
    if shares.set_of(held.text) not in request.sets:
        raise Usage(
            "this request asks for other shares: yours would not open that vault",
            hint="Look whether you keep another share, or whether it was replaced by a newer one.",
        )


def check_code(request: Request, typed_code: str) -> None:
    """Raise Forged unless what was heard on the phone is the code of this very request."""
    if travel_request.digits_of(typed_code) != travel_request.digits_of(request.code):
        raise Forged(
            "the code that you typed is not that of this request",
            hint="Listen to it again. If it stays another one, the request was swapped on its way: do not answer.",
        )


def answer(request: Request, held: Held, out: Path) -> None:
    """Seal the share to the request's key, into a new file. Raises OutputExists, StorageFailed, Usage."""
    from vault.crypto import age

    check_set(request, held)
    output.check(out, "the answer")
    plain = travel_request.serialise_answer(Answer(request.digest, " ".join(held.text.split())))
    with output.new_file(out) as file:
        age.encrypt(io.BytesIO(plain), file, [_key(request)])


def _key(request: Request) -> HybridRecipient:
    from vault.crypto import age

    try:
        found = age.parse_recipient(request.key)
    except CasevaultError:
        raise Damaged("the request's key is not valid") from None
    if not isinstance(found, age.HybridRecipient):
        raise Damaged("the request's key is not of the kind that requests have")
    return found


def _sound(share: TravelShare) -> TravelShare:
    try:
        shares.parse(share.share)
    except WrongSecret:
        raise Damaged("the file opens, but there is no share in it", hint=_AGAIN) from None
    return share


def _decrypted(untrusted_data: bytes, identities: Sequence[Identity]) -> bytes:
    from vault.crypto import age

    out = io.BytesIO()
    age.decrypt(io.BytesIO(untrusted_data), out, identities)
    return out.getvalue()
