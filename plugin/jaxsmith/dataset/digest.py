"""Digests: short stand-ins for texts, the same in every process."""

from __future__ import annotations

from hashlib import blake2b


def digest(text: str) -> bytes:
    """16 bytes that stand for a text."""
    # Half a character of a pair is no UTF-8, but may be in a string of a program.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
