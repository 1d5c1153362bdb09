"""The structure of a result as one line of text.

JSON has no tuples, and trees of many forms make no column of a table: so the tree is written as
Python would, with ``*`` for a leaf.
"""

from __future__ import annotations


def outline(structure: object) -> str:
    """The text of a tree made of tuples, lists, dicts, None and ``"*"`` for a leaf.

    A node of another type is given as text already, and stays.

    Example:
        >>> outline(("*", {"mean": "*"}))
        "(*, {'mean': *})"
    """
    match structure:
        case tuple():
            inner = ", ".join(map(outline, structure))
            return f"({inner},)" if len(structure) == 1 else f"({inner})"
        case list():
            return f"[{', '.join(map(outline, structure))}]"
        case dict():
            return f"{{{', '.join(f'{key!r}: {outline(structure[key])}' for key in structure)}}}"
        case _:
            return str(structure)
