"""How fast the reader opens bundles in Chromium and Firefox, and whether plain text or requests leave the browser.

    .venv/bin/python bench/reader.py             the times: 1 MB and 25 MB in the page, 500 MB beside it
    .venv/bin/python bench/reader.py --traces    4, 50 and 300 MB: profile, temporary files and connections searched

A time runs from the press of the button to the first exhibit on the screen, less what scrypt takes: the time of
a bundle of a few hundred bytes in the same browser, the shorter of two tries.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "reader")]

import browsers  # noqa: E402
import sealed  # noqa: E402

MB = 1_000_000
FIGURES = (("1 MB, in the page", 1 * MB, False, 3.0), ("25 MB, in the page", 18 * MB, False, 6.0),
           ("500 MB, beside it", 500 * MB, True, 40.0))  # fmt: skip
TRACES = (4 * MB, 50 * MB, 300 * MB)
SECONDS = 300
OPEN = "document.querySelector('#status').dataset.state === 'open'"
VIEW = "[data-exhibit=A] button.view"


def made(folder: Path, filling: int, beside: bool) -> sealed.Sealed:
    """A bundle of this size; 18 MB of bytes are 25 MB of base64 in a page."""
    return sealed.beside(folder, filling) if beside else sealed.inline(folder, filling)


def steps(bundle: sealed.Sealed) -> list[browsers.Step]:
    """Up to the moment when the first exhibit is shown."""
    pick = [] if bundle.beside is None else [{"do": "pick", "at": "#file", "file": str(bundle.beside)}]
    return [
        {"do": "goto", "url": bundle.page.as_uri()}, *pick, {"do": "type", "at": "#words", "text": sealed.WORDS},
        {"do": "click", "at": "#open"}, {"do": "wait", "until": OPEN},
        {"do": "click", "at": VIEW}, {"do": "wait", "until": "document.querySelector('#viewer iframe')"},
    ]  # fmt: skip


def seconds(name: str, bundle: sealed.Sealed, home: Path) -> float:
    """From the button to the first exhibit."""
    visit = browsers.visit(name, steps(bundle), home, seconds=SECONDS)
    return sum(visit.ms[-4:]) / 1000


def times() -> int:
    """Print the table; 1 if a figure is not reached."""
    late = 0
    for name in browsers.PROGRAMS:
        with tempfile.TemporaryDirectory(prefix="reader-") as place:
            folder = Path(place)
            tiny = sealed.inline(folder, name="EX-TINY00.html")
            scrypt = min(seconds(name, tiny, folder / f"tiny-{turn}") for turn in range(2))
            print(f"{name}: scrypt and all that is not of a size: {scrypt:.1f} s", flush=True)
            for what, filling, beside, limit in FIGURES:
                took = seconds(name, made(folder, filling, beside), folder / f"home-{filling}")
                late += took - scrypt > limit
                print(f"{name}: {what}: {took - scrypt:.1f} s of {limit:.0f}, {took:.1f} s with scrypt", flush=True)
    return int(late > 0)


def traces() -> int:
    """Print what was found; 1 if anything of the bundle, or a connection that an empty page does not make, was."""
    found = 0
    for name in browsers.PROGRAMS:
        with tempfile.TemporaryDirectory(prefix="reader-") as place:
            folder = Path(place)
            empty = folder / "empty.html"
            empty.write_text("<!doctype html><title>empty</title>")
            usual = connected(
                name, [{"do": "goto", "url": empty.as_uri()}, {"do": "pause", "ms": 5000}], folder / "usual"
            )
            for size in TRACES:
                bundle = made(folder, size, beside=size > 18 * MB)
                left, home = [], folder / f"home-{size}"
                going = [*steps(bundle), {"do": "click", "at": "#viewer-close"}, {"do": "hold"}]

                def held(home: Path = home, left: list[str] = left) -> None:
                    left += browsers.holding(home, sealed.NEEDLES) + browsers.holding_unlinked(home, sealed.NEEDLES)

                browsers.visit(name, going, home, held=held, seconds=SECONDS)
                left += browsers.holding(home, sealed.NEEDLES)
                more = connected(name, steps(bundle), folder / f"traced-{size}") - usual
                found += bool(left or more)
                print(f"{name}: {size // MB} MB: plain text in {left or 'no file'}", flush=True)
                print(f"{name}: {size // MB} MB: connections {sorted(more) or 'none'}", flush=True)
    return int(found > 0)


def connected(name: str, going: list[browsers.Step], home: Path) -> set[str]:
    """Where a browser's processes tried to connect to, other than themselves."""
    home.mkdir(parents=True)
    log = home / "strace.txt"
    command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-s", "0", "-o", str(log)]
    browsers.visit(name, going, home, seconds=SECONDS, before=command)
    addresses = re.findall(
        r"sin6?_port=htons\((\d+)\), (?:sin_addr=inet_addr|[^)]*inet_pton)\(([^)]*)\)", log.read_text()
    )
    return {
        f"{address}:{port}" for port, address in addresses if '"127.0.0.1"' not in address and '"::1"' not in address
    }


if __name__ == "__main__":
    sys.exit(traces() if "--traces" in sys.argv[1:] else times())
