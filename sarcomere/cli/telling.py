"""What the commands say, and how they end when something fails."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

from click.exceptions import Exit

from sarcomere.errors import Notice, SarcomereError, printable

BROKEN_PIPE = 141  # what a shell reports of a command whose reader went away
_MAX_SENTENCE = 1000  # characters


def say(text: Any, *, err: bool = False) -> None:
    """Print lines, control characters of names and titles escaped.

    Parameters
    ----------
    text : any
        Shown as ``str``.
    err : bool
        To the standard error stream.
    """
    lines = (printable(line) for line in str(text).split("\n"))
    try:
        print("\n".join(lines), file=sys.stderr if err else sys.stdout, flush=True)
    except OSError as error:
        if not err or isinstance(error, BrokenPipeError):
            raise
        silence(sys.stderr)  # nothing is left that could tell; the exit code does


def forget_the_notebook() -> None:
    """Leave out what Jupyter tells programs of its own: matplotlib would refuse it, and we draw to files only."""
    os.environ.pop("MPLBACKEND", None)


def bear_any_character() -> None:
    """Let the output streams replace what their encoding lacks, rather than fail what is already done."""
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", "") in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


@contextlib.contextmanager
def beside_the_result(result: Any, what: str = "this line", remedy: str = "nothing is lost") -> Iterator[None]:
    """Show something of a result that is whole: a failure is told and ends nothing.

    Parameters
    ----------
    result : any
        Its name.
    what : str
        What is shown.
    remedy : str
        How to have it later.
    """
    try:
        yield
    except Exception as error:
        failure = failure_of(sys.stdout) if isinstance(error, OSError) else None
        if isinstance(failure, BrokenPipeError):
            return  # nobody reads on
        if failure is not None:
            say(f"Note: {result} is whole; standard output cannot be written ({failure.strerror}).", err=True)
            return
        reason = str(error) if isinstance(error, SarcomereError) else f"{type(error).__name__}: {error}"
        shown = reason.partition("\n")[0].removesuffix(".")[:_MAX_SENTENCE]
        say(f"Note: {result} is whole, but without {what} ({shown}); {remedy}.", err=True)


def tell(error: SarcomereError) -> None:
    """Print the sentences of an error, none of them longer than a screen."""
    for sentence in str(error).split("\n"):
        half = _MAX_SENTENCE // 2
        short = sentence if len(sentence) <= _MAX_SENTENCE else f"{sentence[:half]} … {sentence[-half:]}"
        say(f"Error: {short}", err=True)


def sentence_of(error: Exception) -> str | None:
    """Say what a failure of the machine means.

    Parameters
    ----------
    error : Exception
        Anything that ended a command.

    Returns
    -------
    str or None
        None if it is a fault of the program, whose traceback is wanted.
    """
    if isinstance(error, MemoryError):
        asked = f" ({error})" if str(error) else ""
        return (
            f"Memory ran out{asked}; what was written is kept: lower run.replicates, lattice.n_thick or the number of "
            f"samples, or use fewer threads."
        )
    if isinstance(error, RecursionError):
        return "A table or list is nested too deep to be read; give one as shallow as sarcomere writes it."
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return "No further thread can be started here; use fewer with --threads, or raise the limit of processes."
    if isinstance(error, EOFError):
        return f"A file ends too soon ({error or 'nothing is left to read'}); give it whole."
    if isinstance(error, OSError):
        place = "A file or stream" if error.filename is None else str(error.filename)
        return f"{place}: cannot be used ({error.strerror or error}); check space, permissions and limits of files."
    return None


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Turn what a user can mend into a sentence and exit code 2, and Ctrl-C into one and 130.

    Raises
    ------
    click.exceptions.Exit
        With the code to exit with; a fault of the program passes as it is.
    """
    try:
        try:
            yield
        except SarcomereError as error:
            tell(error)
            raise Exit(2) from None
        except KeyboardInterrupt:
            say("\nInterrupted: no file is left half-written.", err=True)
            raise Exit(130) from None
    except (MemoryError, RuntimeError, EOFError, OSError) as error:  # RecursionError is a RuntimeError, and Exit
        code = exit_code(error)
        if code is None:
            raise
        raise Exit(code) from None


@contextlib.contextmanager
def noting() -> Iterator[None]:
    """Say every warning meant for the user once, as a note without the line of the program; other warnings pass."""
    told, show = set[str](), warnings.showwarning

    def note(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not issubclass(category, UserWarning):
            show(message, category, *place, **more)
        elif str(message) not in told:
            told.add(str(message))
            say(f"Note: {message}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("always", Notice)
        warnings.showwarning = note
        yield


@contextlib.contextmanager
def quiet_where_unread() -> Iterator[None]:
    """End without a word where even what is said of an error meets a closed pipe."""
    try:
        yield
    except BrokenPipeError:
        for stream in (sys.stdout, sys.stderr):
            silence(stream)
        sys.exit(BROKEN_PIPE)


def silence(stream: TextIO) -> None:
    """Send what is still to be written to a standard stream nowhere; else Python tries again at its end."""
    with contextlib.suppress(OSError):  # not one of the system
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def failure_of(stream: TextIO | None) -> OSError | None:
    """Find out whether a standard stream takes another line, and silence it if not.

    Parameters
    ----------
    stream : file or None
        Standard output or error; None if it is closed.

    Returns
    -------
    OSError or None
        Why it does not.
    """
    try:
        if stream is not None:
            print(file=stream, flush=True)  # to flush is not enough: what could not be written is forgotten
    except OSError as error:
        if stream is not None:
            silence(stream)
        return error
    return None


def exit_code(error: Exception) -> int | None:
    """Tell why a command failed, if it is no fault of the program.

    Parameters
    ----------
    error : Exception
        What ended it.

    Returns
    -------
    int or None
        Code to exit with; None for a fault of the program.
    """
    failure = failure_of(sys.stdout) if isinstance(error, OSError) else None
    if isinstance(failure or error, BrokenPipeError) and (failure or failure_of(sys.stderr)):
        return BROKEN_PIPE
    if failure is not None:
        reason = failure.strerror or failure
        say(f"Error: Standard output cannot be written ({reason}); free space, files of results are kept.", err=True)
        return 2
    sentence = sentence_of(error)
    if sentence is None:
        return None
    say(f"Error: {sentence}", err=True)
    return 2
