"""Draw ten references with a DOI, to be checked by hand: python docs/scripts/draw_references.py [seed]."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from pybtex.database import parse_file

DRAWN = 10


def main(seed: int) -> None:
    """Print key, DOI and title of each."""
    entries = parse_file(str(Path(__file__).parents[1] / "references.bib")).entries
    with_doi = sorted(key for key, entry in entries.items() if "doi" in entry.fields)
    for key in random.Random(seed).sample(with_doi, DRAWN):
        fields = entries[key].fields
        print(f"{key:28} https://doi.org/{fields['doi']}\n    {fields['title'].strip('{}')}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
