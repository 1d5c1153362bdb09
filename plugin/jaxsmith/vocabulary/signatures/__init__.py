"""Signatures: the type rules that rows share, as functions that make them."""
