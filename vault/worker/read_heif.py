"""The decoder of HEIC pictures, libheif with libde265, made to work without threads, which the jail forbids.

libheif asks libde265 for a thread of its own for every picture, whatever it is told, and the process ends when the
system refuses one. libde265 itself works without: its function that starts threads only has to do nothing. libheif
calls that function through its table of imported functions; so, before the lockdown, the one entry in it is
replaced. Linux only: elsewhere no jail forbids threads. Sources: elf(5), dl_iterate_phdr(3), de265.h.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from importlib.util import find_spec
from pathlib import Path

LIBRARY = "/libheif"
STARTS_THREADS = b"de265_start_worker_threads"
MAPS = Path("/proc/self/maps")
PT_DYNAMIC = 2
DT_PLTRELSZ, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ, DT_JMPREL = 2, 5, 6, 7, 8, 23
MOST_ENTRIES = 100_000

Starter = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_kept: list[object] = []


def prepare() -> None:
    """Register HEIF with Pillow where the extra casevault[heic] is installed. To be called before the lockdown.

    Previews, depth maps and other pictures beside the picture are not even looked for.
    """
    if find_spec("pi_heif") is None:
        return
    try:
        import pi_heif
    except ImportError:  # built for another system: as good as not there
        return
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=0)
    if sys.platform == "linux" and not _kept:
        _without_threads()


def _nothing(decoder: int | None, threads: int) -> int:
    """Stands for de265_start_worker_threads: DE265_OK, and none was started."""
    return 0


def _without_threads() -> None:
    starter = Starter(_nothing)
    _kept.append(starter)  # for as long as the process lives: libheif holds its address
    address = ctypes.cast(starter, ctypes.c_void_p).value or 0
    mapped = _mapped()
    for slot in _slots(_base(mapped)):
        if any(first <= slot and slot + 8 <= last for first, last, rights, _ in mapped if rights.startswith("rw")):
            ctypes.memmove(slot, struct.pack("=Q", address), 8)


def _mapped() -> list[tuple[int, int, str, str]]:
    """(first address, address behind the last, rights, file) of each piece of this process's memory."""
    out = []
    for line in MAPS.read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, rights, *_, name = line.split(maxsplit=5) if line.count("/") else (*line.split()[:2], "")
        first, last = (int(one, 16) for one in addresses.split("-"))
        out.append((first, last, rights, name))
    return out


def _base(mapped: list[tuple[int, int, str, str]]) -> int:
    return next((first for first, _, _, name in mapped if LIBRARY in name), 0)


def _slots(base: int) -> list[int]:
    """Where the library at `base` keeps the addresses of the function that starts threads."""
    if not base or sys.maxsize < 2**32:
        return []
    dynamic = _dynamic(base)
    names, symbols = dynamic.get(DT_STRTAB, 0), dynamic.get(DT_SYMTAB, 0)
    if not (names and symbols):
        return []
    found = []
    for table, size in ((DT_JMPREL, DT_PLTRELSZ), (DT_RELA, DT_RELASZ)):
        for place in range(min(dynamic.get(size, 0) // 24, MOST_ENTRIES)):
            offset, info, _ = _read("=QQQ", dynamic.get(table, 0) + 24 * place)
            (name,) = _read("=I", symbols + 24 * (info >> 32))
            if info >> 32 and ctypes.string_at(names + name, len(STARTS_THREADS) + 1) == STARTS_THREADS + b"\0":
                found.append(base + offset)
    return found


def _dynamic(base: int) -> dict[int, int]:
    """The library's dynamic section; what it says of places is made absolute where the loader has not done so."""
    (headers,) = _read("=Q", base + 32)
    size, count = _read("=HH", base + 54)
    out: dict[int, int] = {}
    for place in range(count):
        kind, _, _, address = _read("=IIQQ", base + headers + size * place)
        if kind != PT_DYNAMIC:
            continue
        for entry in range(MOST_ENTRIES):
            tag, value = _read("=QQ", base + address + 16 * entry)
            if tag == 0:
                break
            is_place = tag in (DT_STRTAB, DT_SYMTAB, DT_RELA, DT_JMPREL)
            out[tag] = value + base if is_place and value < base else value
    return out


def _read(form: str, address: int) -> tuple[int, ...]:
    return struct.unpack(form, ctypes.string_at(address, struct.calcsize(form)))
