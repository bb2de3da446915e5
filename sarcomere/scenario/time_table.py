"""Tables of times as people write them: separators, decimal commas, capitals, other columns, in any order."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping

from sarcomere.errors import InputError, quoted
from sarcomere.scenario.text_file import written_lines

SEPARATORS = (";", "\t", ",", " ")  # the first that a header holds
QUOTED = 24  # characters of a header, which may be another's file
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r"sep=.", re.IGNORECASE)  # by which Excel tells it
# Names of a column of times, best first, and how many of its units make a second; None where the name does not say.
TIMES: Mapping[str, float | None] = {
    "time_s": 1.0,
    "time_ms": 1e3,
    "time": None,
    "sample": None,
    "samples": None,
}


class Table:
    """A text with a header and rows.

    Parameters
    ----------
    text : str
        The whole file.
    where : str
        The file, for messages.
    example : str
        Header that it should have, for messages.

    Attributes
    ----------
    cells : list of str
        Of the header, as they are.
    names : list of str
        The same in one form: small letters, with ``_`` for blanks and brackets.
    """

    def __init__(self, text: str, where: str, example: str) -> None:
        self._lines, self.example = written_lines(text, where), example
        self.place, self.header = next(self._lines, (where, ""))
        if _SEPARATOR_LINE.fullmatch(self.header.strip()):
            self.place, self.header = next(self._lines, (where, ""))
        self._separator = next((one for one in SEPARATORS if one in self.header.strip()), ",")
        self.cells = self._cells(self.place, self.header)
        self.names = [_plain_name(cell) for cell in self.cells]
        self._decimal = ""  # sign that numbers so far have

    def column(self, names: Iterable[str]) -> int:
        """Find the column that has one of these names, the first of them that there is.

        Parameters
        ----------
        names : iterable of str
            In one form, best first.

        Returns
        -------
        int
            Its place.

        Raises
        ------
        InputError
            If there is none, or two of that name.
        """
        there = [name for name in names if name in self.names]
        if not there or self.names.count(there[0]) > 1:
            raise self.wrong_header()
        return self.names.index(there[0])

    def times(self, given: float | None, key: str) -> tuple[int, float]:
        """Find the column of times, and how many of its units make a second: as given, or as its name says.

        Parameters
        ----------
        given : float or None
            How many are said to.
        key : str
            That says so, for messages.

        Returns
        -------
        place : int
            Of the column.
        clock : float
            Units in a second.

        Raises
        ------
        InputError
            If there is none, neither tells, or what is given could be of several.
        """
        place = self.column(TIMES)
        if given is not None and len(TIMES.keys() & set(self.names)) > 1:
            raise self.wrong_header(f", for {key} could be of either column of times")
        return place, self.clock(place, given, key)

    def clock(self, place: int, given: float | None, key: str) -> float:
        """Find how many units of a column make a second: as given, or as its name says.

        Parameters
        ----------
        place : int
            Of the column.
        given : float or None
            How many are said to.
        key : str
            That says so, for messages.

        Returns
        -------
        float

        Raises
        ------
        InputError
            If neither tells.
        """
        told = given or TIMES.get(self.names[place])
        if told is None:
            raise self.wrong_header(f", or say with {key} how many of its units make a second")
        return told

    def wrong_header(self, more: str = "") -> InputError:
        """Say what the header should be.

        Parameters
        ----------
        more : str
            What else would do, or why not.

        Returns
        -------
        InputError
            To be raised.
        """
        shown = f"header is {quoted(self.header, QUOTED)}" if self.header else "has no header"
        return InputError(f"{self.place}: {shown}; make it {self.example}{more}.")

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Read row by row.

        Yields
        ------
        place : str
            Such as ``mine.csv, line 3``.
        cells : list of str
            As many as there are columns.

        Raises
        ------
        InputError
            If a row has other columns than the header.
        """
        count = len(self.names)
        for place, line in self._lines:
            cells = self._cells(place, line)
            if not any(cells):
                continue
            if len(cells) < count or any(cells[count:]):
                comma = " with a decimal point" if self._separator == "," and len(cells) > count else ""
                raise InputError(
                    f"{place}: {quoted(line.strip())} has {len(cells)} columns, the header {count}; give "
                    f"{self.example}{comma}."
                )
            yield place, cells[:count]

    def plain(self, text: str, place: str) -> str:
        """Write a number with a decimal point, whichever sign it has; leave other text as it is.

        Parameters
        ----------
        text, place : str
            A cell and where it stands.

        Returns
        -------
        str

        Raises
        ------
        InputError
            If others have the other sign, so that one of both separates thousands.
        """
        pointed = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
        if not _NUMBER.fullmatch(pointed):
            return text
        sign = "," if pointed != text else "." if "." in text else ""
        if sign and self._decimal and sign != self._decimal:
            raise InputError(
                f"{place}: {quoted(text)} has the decimal sign {sign!r} where others have {self._decimal!r}; write all "
                f"alike."
            )
        self._decimal = sign or self._decimal
        return pointed

    def number(self, text: str, place: str) -> float:
        """Convert a cell.

        Parameters
        ----------
        text, place : str
            A cell and where it stands.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If it is no number.
        InputError
            If its decimal sign is not that of the others.
        """
        if "," in text or self._decimal == ",":
            text = self.plain(text, place)
        elif "." in text:
            self._decimal = "."
        if "_" in text:  # which Python takes
            raise ValueError(text)
        return float(text)

    def _cells(self, place: str, line: str) -> list[str]:
        if '"' not in line:
            return line.split() if self._separator == " " else [cell.strip() for cell in line.split(self._separator)]
        try:
            row = next(csv.reader([line], delimiter=self._separator, skipinitialspace=True, strict=True), [])
        except csv.Error as error:
            raise InputError(f"{place}: {quoted(line)} cannot be read ({error}); give {self.example}.") from None
        return [cell.strip() for cell in row]


def _plain_name(cell: str) -> str:
    """Name of a column, whatever its capitals, blanks and brackets."""
    return re.sub(r"[^\w.]+|_+", "_", cell.casefold()).strip("_")
