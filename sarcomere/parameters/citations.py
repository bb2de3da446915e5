"""Citations in texts: ``[@Bottinelli1996]``, several as ``[@Linari2007; @Cooke-Pate1985]``.

A key is the first author, with a hyphen a second of two, the year, and a letter where that is not enough; it names an
entry of docs/references.bib.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_KEY = r"@([^\W\d_]+(?:-[^\W\d_]+)?\d{4}[a-z]?)"
_CITATION = re.compile(rf"\[{_KEY}(?:; {_KEY})*\]")


def keys_in(text: str) -> list[str]:
    """List the keys that a text cites, in order.

    Parameters
    ----------
    text : str
        With citations.

    Returns
    -------
    list of str
    """
    return [key for citation in _CITATION.finditer(text) for key in re.findall(_KEY, citation[0])]


def cite(text: str, write: Callable[[list[str]], str]) -> str:
    """Write each citation of a text in another form.

    Parameters
    ----------
    text : str
        With citations.
    write : callable
        Takes the keys of one citation, returns what stands in its place.

    Returns
    -------
    str
    """
    return _CITATION.sub(lambda citation: write(keys_in(citation[0])), text)


def plain(text: str) -> str:
    """Write citations as a reader without the bibliography expects them.

    Parameters
    ----------
    text : str
        Such as ``V0 12 °C [@Cooke-Pate1985]``.

    Returns
    -------
    str
        Such as ``V0 12 °C (Cooke & Pate 1985)``.
    """
    return cite(text, lambda keys: f"({'; '.join(map(_label, keys))})")


def _label(key: str) -> str:
    authors, year = re.split(r"(?=\d)", key, maxsplit=1)
    return f"{authors.replace('-', ' & ')} {year}"
