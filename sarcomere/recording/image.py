"""A file that takes shape in memory above one on disk, so that the HDF5 library never writes to a disk itself.

The library does not tell of every write that fails when it closes a file; what is written here cannot fail, and plain
writes, each checked, take it to the disk.  Of a large file only what changes is held in memory.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator

PAGE = 4096  # bytes
_PIECE = 256 * PAGE
_WHOLE = 2**26  # bytes of a file that is read at once, before HDF5, which may crash where a read fails


class Image(io.RawIOBase):
    """Bytes of a file with changes above them; h5py opens it like a file.

    Parameters
    ----------
    base : int, optional
        Descriptor of the file below, which is only read; without one the image begins empty.

    Attributes
    ----------
    failure : OSError, optional
        Why the file below could not be read.
    """

    def __init__(self, base: int | None = None) -> None:
        self._base, self._size = base, 0 if base is None else os.fstat(base).st_size
        self._below = self._size  # so much of the base still counts
        self._pages: dict[int, bytearray] = {}
        self._at = 0
        self.failure: OSError | None = None
        self._whole = b""
        if 0 < self._size <= _WHOLE:
            self._whole = self._read(0, self._size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place from the beginning, from here or from the end."""
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        """Where the next byte is read or written."""
        return self._at

    def readable(self) -> bool:
        """Return True."""
        return True

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def truncate(self, size: int | None = None, /) -> int:
        """Set the size; what is added reads as zeros."""
        size = self._at if size is None else size
        if size < self._size:
            self._below = min(self._below, size)
            first, rest = divmod(size, PAGE)
            if first in self._pages:
                self._pages[first][rest:] = bytes(PAGE - rest)
            for number in [number for number in self._pages if number > first or (number == first and not rest)]:
                del self._pages[number]
        self._size = size
        return size

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer from here on, with zeros beyond the end, as HDF5 expects."""
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view):
            number, offset = divmod(self._at + done, PAGE)
            count = min(PAGE - offset, len(view) - done)
            page = self._pages.get(number)
            if page is None:
                count = self._run_below(number, offset, len(view) - done)
                view[done : done + count] = self._from_base(self._at + done, count)
            else:
                view[done : done + count] = page[offset : offset + count]
            done += count
        self._at += done
        return done

    def write(self, data: bytes | memoryview, /) -> int:  # type: ignore[override]
        """Put bytes above what is there."""
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            number, offset = divmod(self._at + done, PAGE)
            count = min(PAGE - offset, len(view) - done)
            if number not in self._pages:
                self._pages[number] = bytearray(self._from_base(number * PAGE, PAGE))
            self._pages[number][offset : offset + count] = view[done : done + count]
            done += count
        self._at += done
        self._size = max(self._size, self._at)
        return done

    def put(self, place: int, data: bytes) -> None:
        """Write bytes at a place."""
        self.seek(place)
        self.write(data)

    def pieces(self) -> Iterator[bytes]:
        """All bytes, in pieces that fit into memory."""
        for begin in range(0, self._size, _PIECE):
            piece = bytearray(min(_PIECE, self._size - begin))
            self.seek(begin)
            self.readinto(piece)
            yield bytes(piece)

    def _run_below(self, number: int, offset: int, wanted: int) -> int:
        """How many bytes from here on lie below, up to the next page that was changed."""
        last = (number * PAGE + offset + wanted - 1) // PAGE
        end = next((n for n in range(number + 1, last + 1) if n in self._pages), last + 1)
        return min(wanted, end * PAGE - number * PAGE - offset)

    def _from_base(self, begin: int, count: int) -> bytes:
        """Bytes of the file below, zeros beyond its end."""
        wanted = max(0, min(count, self._below - begin))
        found = self._whole[begin : begin + wanted] if self._whole else self._read(begin, wanted)
        return found + bytes(count - wanted)

    def _read(self, begin: int, wanted: int) -> bytes:
        found = b""
        try:
            while len(found) < wanted:
                assert self._base is not None
                part = os.pread(self._base, wanted - len(found), begin + len(found))
                if not part:
                    raise OSError(errno.EIO, "it became shorter while it was read")
                found += part
        except OSError as error:  # through HDF5 it comes out as one of many others
            self.failure = error
            raise
        return found
