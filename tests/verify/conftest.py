"""What the tests of the leak check share: people who must not leak, and the check called in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from vault.worker import check_main

Leaks = set[tuple[str, str]]
Check = Callable[..., Leaks]

WITNESS = {
    "id": "w1",
    "names": ["Ольга Ивановна Ковальчук", "Kovalchuk"],
    "identifiers": ["+7 912 555-01-42", "t.kovalchuk@example.org", "12.03.1985"],
}


@pytest.fixture(scope="session")
def check() -> Check:
    """check(data, media_type, people, allowed) → {(channel, person id or nothing)}."""

    def run(
        data: bytes,
        media_type: str = "",
        people: Sequence[dict[str, object]] = (WITNESS,),
        allowed: Sequence[str] = (),
    ) -> Leaks:
        request = {"protected": list(people), "allowed": list(allowed), "media_type": media_type}
        check_main.prepare(request)
        answer, _ = check_main.work(request, [data])
        return {(channel, form) for channel, _, form in answer["leaks"]}

    return run


@pytest.fixture(scope="session")
def named(check: Check) -> Callable[..., bool]:
    """named(text, names, allowed) → whether a text is said to name a person with these names."""

    def run(text: str, names: Sequence[str], allowed: Sequence[str] = ()) -> bool:
        people = [{"id": "p", "names": list(names), "identifiers": []}]
        return ("text", "p") in check(text.encode(), "text/plain", people, allowed)

    return run
