"""The small corpus needs no helpers."""
