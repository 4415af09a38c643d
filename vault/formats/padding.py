"""Padmé padding (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PoPETs 2019)."""

from __future__ import annotations

MIN_BYTES = 64 * 1024


def padded_length(length: int) -> int:
    """The length to pad to: at least 64 KiB, then at most 12 % more, so that sizes fall into few classes."""
    if length <= MIN_BYTES:
        return MIN_BYTES
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask
