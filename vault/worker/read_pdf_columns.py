"""Where a page has columns: its words in regions that are read one after the other."""

from __future__ import annotations

from statistics import median

from vault.worker.read_pdf_words import Word

SAME_LINE = 0.5
GUTTER = 0.9
COLUMN_LINES = 5
COLUMN_SHARE = 0.25
COLUMN_WORDS = 3
MAX_CUTS = 12


def rows(words: list[Word]) -> list[list[Word]]:
    """Words that share a line, top to bottom, each from left to right."""
    found: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda one: (one.top + one.bottom, one.left)):
        if found:
            top, bottom = spans[-1]
            shared = min(bottom, word.bottom) - max(top, word.top)
            if shared > SAME_LINE * min(bottom - top, word.height):
                found[-1].append(word)
                continue
        found.append([word])
        spans.append((word.top, word.bottom))
    for row in found:
        row.sort(key=lambda one: one.left)
    return found


def _gutter(words: list[Word]) -> float | None:
    """Where a column ends and the next begins, or None where the words are one column or a table."""
    size = median(word.height for word in words)
    left, right = min(w.left for w in words), max(w.right for w in words)
    reach = left
    best: tuple[float, float] | None = None
    for word in sorted(words, key=lambda one: one.left):
        if word.left - reach > GUTTER * size:
            width = word.left - reach
            if best is None or width > best[0]:
                best = (width, (word.left + reach) / 2)
        reach = max(reach, word.right)
    if best is None:
        return None
    for part in (
        [word for word in words if word.left < best[1]],
        [word for word in words if word.left >= best[1]],
    ):
        lines = rows(part)
        width = max(w.right for w in part) - min(w.left for w in part)
        if len(lines) < COLUMN_LINES or width < COLUMN_SHARE * (right - left):
            return None
        if len(part) < COLUMN_WORDS * len(lines):
            return None
    return best[1]


def _bands(words: list[Word]) -> list[list[Word]]:
    """Parts of a page that a horizontal stripe of white separates."""
    size = median(word.height for word in words)
    bands: list[list[Word]] = []
    reach = float("-inf")
    for word in sorted(words, key=lambda one: one.top):
        if not bands or word.top - reach > 0.6 * size:
            bands.append([])
        bands[-1].append(word)
        reach = max(reach, word.bottom)
    return bands


def regions(words: list[Word], depth: int = 0) -> list[list[Word]]:
    """The columns of a page in reading order; a page without columns is one region."""
    if len(words) < 2 * COLUMN_LINES * COLUMN_WORDS or depth > MAX_CUTS:
        return [words]
    cut = _gutter(words)
    if cut is not None:
        sides = [word for word in words if word.left < cut], [word for word in words if word.left >= cut]
        return [region for side in sides for region in regions(side, depth + 1)]
    bands = _bands(words)
    parts = [(band, _gutter(band) if len(band) >= 2 * COLUMN_LINES * COLUMN_WORDS else None) for band in bands]
    if all(gutter is None for _, gutter in parts):
        return [words]
    result: list[list[Word]] = []
    plain: list[Word] = []
    for band, gutter in parts:
        if gutter is None:
            plain.extend(band)
            continue
        if plain:
            result.append(plain)
            plain = []
        result.extend(regions(band, depth + 1))
    return [*result, plain] if plain else result
