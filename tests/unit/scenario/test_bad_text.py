"""Text, numbers, sizes and files that no careful user writes: one sentence each, exit code 2, and nothing lost."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args, get_origin

import pytest
from click.testing import CliRunner
from pydantic.fields import FieldInfo

import sarcomere
from sarcomere.cli import main
from sarcomere.ensemble.design.sweep import Sweep
from sarcomere.errors import InputError, nearest, printable, quoted
from sarcomere.parameters import Parameters, figures
from sarcomere.plot.figure import FIGURES
from sarcomere.recording.run_file import block_rows
from sarcomere.recording.seal import BLANK
from sarcomere.scenario import text_file
from sarcomere.scenario.keys import groups_in
from sarcomere.scenario.kinds import scenario_classes, simulation_class
from sarcomere.scenario.reading import read
from sarcomere.simulation.size import BLOCK_BYTES, longest_block, rows_that_fit
from tests.support.refusal import SMALL, SMALL_LOOP, refuse, run

pytestmark = pytest.mark.usefixtures("folder")

COURSE = """\
title = "course"
[run]
duration_s = 0.002
[drive]
pCa = 5.0
[[motor_units]]
id = 1
[lattice]
n_thick = 1
[protocol.length]
file = "course.csv"
"""
SERIES = """\
title = "series"
[run]
duration_s = 0.002
[drive]
pCa = 5.0
[[motor_units]]
id = 1
[lattice]
n_thick = 1
[[series.vary]]
key = "drive.pCa"
values = [5.0, 6.0]
"""
DIGITS = "9" * 5000

# What to replace in SMALL, by what, and what the sentence must hold.
TEXT = {
    "NUL in a title": ('"small"', r'"\u0000"', "line 1", "title", r"'\x00' at place 1", "take it out"),
    "escape in a title": ('"small"', r'"a\u001b]0;owned\u0007"', "line 1", r"'\x1b' at place 2", "take it out"),
    "line break in a title": ('"small"', r'"a\nb"', "line 1", r"'\n' at place 2"),
    "turned writing": ('"small"', r'"a\u202eb"', "line 1", r"'\u202e'", "take it out"),
    "escape in a description": ("[run]", 'description = "\\u009b"\n[run]', "line 2", r"'\x9b'", "take it out"),
    "NUL in a file name": ('"mine.csv"', r'"a\u0000.csv"', "line 6", "discharge_file", r"'\x00'"),
    "misspelt figure": ("[run]", 'figure = "cramps"\n[run]', "line 2", "'cramps' is no kind", "did you mean 'cramp'?"),
    "no figure": ("[run]", 'figure = "\\u001b"\n[run]', "line 2", r"'\x1b'", "use one of: adp-series"),
    "endless text": ("seed = 1", f'seed = "{"x" * 5000}"', "line 4", "run.seed = 'xxx", "whole number"),
    "endless list": ("seed = 1", f"seed = {list(range(5000))}", "line 4", "run.seed = [0, 1", "whole number"),
    "endless key": ("seed = 1", f"{'k' * 5000} = 1", "run.kkk", "use one of"),
}
NUMBERS = {
    "thousands of digits": ("seed = 1", f"seed = {DIGITS}", "mine.toml", "thousands of digits", "at most 19"),
    "hundreds of digits": ("seed = 1", f"seed = {DIGITS[:400]}", "line 4", "a number of about", "at most 92233720"),
    "a long hexadecimal": ("seed = 1", f"seed = 0x{'f' * 5000}", "line 4", "a number of about", "at most 92233720"),
    "brackets": ("seed = 1", f"seed = {'[' * 3000}{']' * 3000}", "mine.toml", "more than 32 deep"),
    "braces": ("seed = 1", f"seed = {'{a=' * 200}1{'}' * 200}", "mine.toml", "more than 32 deep"),
    "dotted keys": ("seed = 1", f"{'a.' * 3000}b = 1", "mine.toml", "more than 32 deep"),
    "more than a float": ("seed = 1", f"hs_length = {DIGITS[:400]}", "line 4", "a number of about", "finite number"),
    "compliance": ("[lat", "[mechanics]\nseries_compliance = 1e-300\n[lat", "line 13", "use 0", "at least 1e-06"),
}
HUGE_PCA = ('discharge_file = "mine.csv"', f"[protocol.pCa]\ntime_s = [0]\nvalue = [{DIGITS[:400]}]")
STEPS = {
    f"{key} = {value}": (key, value)
    for key in ("step_ms", "fine_step_ms", "length_step_nm", "calcium_substep_ms", "chemistry_interval_ms")
    for value in ("5e-324", "1e-300", "1e-9")
}


@pytest.mark.parametrize("case", [*TEXT.values(), *NUMBERS.values()], ids=[*TEXT, *NUMBERS])
def test_a_bad_word_or_number_is_refused(case: tuple) -> None:
    old, new, *words = case
    assert old in SMALL
    Path("mine.toml").write_text(SMALL.replace(old, new, 1))
    refuse(run(), *words)


def test_a_boundless_pca_is_refused_as_course_and_as_drive() -> None:
    Path("mine.toml").write_text(SMALL.replace(*HUGE_PCA))
    result = CliRunner().invoke(main, run())
    assert (result.exit_code, result.stderr.count("give a finite number.\n")) == (2, 2), result.stderr


@pytest.mark.parametrize("case", STEPS.values(), ids=STEPS)
def test_a_step_of_nothing_is_refused(case: tuple) -> None:
    key, value = case
    refuse(run("--set", f"numerics.{key}={value}"), f"numerics.{key} = {float(value)}", "use a value of at least")


TINY = (
    "numerics.step_ms",
    "pool.step_ms",
    "energy.step_ms",
    "pool.recurrent.rise_ms",
    "pool.recurrent.decay_ms",
    "terminals.threshold_Hz",
    "fibre_ap.velocity_m_s",
    "energy.pcr_mM",
    "blood.lactate_half_mM",
    "reflex.tendon_organ.force_scale",
)


@pytest.mark.parametrize("key", TINY)
def test_what_divides_is_not_next_to_nothing_in_the_loop(key: str) -> None:
    with pytest.raises(InputError, match="use a value of at least"):
        read("nocturnal-calf-cramp", {key: 5e-324})


def test_a_sample_interval_of_nothing_is_refused() -> None:
    refuse(run("--set", "record.sample_interval_ms=5e-324"), "sample_interval_ms = 5e-324", "at least 0.001 ms")


KEYS = {
    "a number": ("0", "key = '0'", "drive.pCa"),
    "the series": ("series", "key = 'series'", "drive.pCa"),
    "inside the series": ("series.vary.0.key", "key = 'series.vary.0.key'", "drive.pCa"),
    "its file": ("source", "key = 'source'", "drive.pCa"),
}
NAMES = ("fibre", "checkpoint", "motor_unit", "time", "force", "a b")


@pytest.mark.parametrize("case", KEYS.values(), ids=KEYS)
def test_a_key_that_cannot_vary_is_refused(case: tuple) -> None:
    key, *words = case
    Path("mine.toml").write_text(SERIES.replace("drive.pCa", key))
    refuse(run(), "line 10", *words)


@pytest.mark.parametrize("name", NAMES)
def test_a_coordinate_of_another_s_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"give it a free word with name"):
        read_text(SERIES + f"name = '{name}'\n")


IMPOSED = """
[protocol.atp_mM]
time_s = [0.0, 0.001]
value = [8.0, 4.0]
"""


@pytest.mark.parametrize("key", ["chemistry.atp_mM", "protocol.atp_mM.value.1"])
def test_a_coordinate_does_not_take_the_place_of_what_a_protocol_imposes(key: str) -> None:
    text = SERIES.replace("drive.pCa", key)
    with pytest.raises(InputError, match=r"'atp_mM', which the file keeps against time; give .* another with name"):
        read_text(text + IMPOSED)
    read_text(text + 'name = "final"\n' + IMPOSED)


def read_text(text: str) -> object:
    Path("mine.toml").write_text(text)
    return read("mine.toml")


def test_a_fibre_may_be_called_fibre() -> None:
    read_text(SERIES.replace("drive.pCa", "motor_units.0.fibre").replace("[5.0, 6.0]", '["slow", "fast"]'))


SETTINGS = {
    "phosphate": ("chemistry.pi_mM=5e-324", "chemistry.pi_mM = 5e-324", "at least 1e-09 mmol/L"),
    "brackets": ("run.seed=" + "[" * 3000, "run.seed = '[[[", "whole number"),
    "digits": (f"run.seed={DIGITS}", "run.seed = '999", "whole number"),
    "words": (".".join("a" * 3000) + "=1", "3000 words", "lattice.n_thick"),
    "no UTF-8": (os.fsdecode(b"title=\xff"), "title", r"\udcff"),
    "no key": ("=" + "x" * 3000, "--set '=xxx", "key=value"),
}


@pytest.mark.parametrize("case", SETTINGS.values(), ids=SETTINGS)
def test_a_bad_setting_is_refused(case: tuple) -> None:
    setting, *words = case
    refuse(run("--set", setting), *words)


def test_whole_numbers_beyond_64_bits_are_refused_in_a_sweep() -> None:
    refuse(["sweep", "mine.toml", "-o", "many", "--vary", f"run.seed={10**30}:1:3"], "run.seed = 1", "at most 92233720")


UNKNOWN = "".join(f"[table{i}]\n" for i in range(20_000))


def test_thousands_of_faults_are_told_in_short_and_soon() -> None:
    Path("mine.toml").write_text(SMALL + UNKNOWN)
    result = CliRunner().invoke(main, run())
    lines = result.stderr.splitlines()
    assert (result.exit_code, len(lines)) == (2, 21)
    assert lines[-1] == "Error: mine.toml: has 19980 more faults; mend these first."


FILES = {
    "a pipe": (lambda path: os.mkfifo(path), "is a pipe or a device"),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is a pipe or a device"),
    "an endless cell": (lambda path: path.write_text("1," + "9" * 200_000), "200002 characters"),
    "too large": (lambda path: path.write_bytes(bytes(5000)), "cut it down"),
    "too large unpacked": (lambda path: path.write_bytes(gzip.compress(bytes(50_000))), "cut it down"),
}


@pytest.mark.parametrize("case", FILES.values(), ids=FILES)
def test_only_ordinary_files_of_a_bounded_size_are_read(case: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    make, words = case
    if "cut" in words:
        monkeypatch.setattr(text_file, "MAX_BYTES", 4096)
    for name, text in (("mine.csv", SMALL), ("course.csv", COURSE)):
        Path(name).unlink(missing_ok=True)
        make(Path(name))
        Path("mine.toml").write_text(text)
        result = CliRunner().invoke(main, run())
        assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
        assert result.stderr.count("\n") == 1


def test_a_course_may_be_packed_and_commented() -> None:
    Path("course.csv").write_bytes(gzip.compress(b"  # nm\ntime_s,value\n0,1200\n"))
    Path("mine.toml").write_text(COURSE)
    course = read("mine.toml").protocol.length
    assert (course.time_s, course.value) == ([0.0], [1200.0])


COURSES = {
    "NUL": ("\0.csv", "cannot hold the character NUL"),
    "late": (None, "course.csv: time_s has 1e+308", "at most 1e+06"),
}


@pytest.mark.parametrize("case", COURSES.values(), ids=COURSES)
def test_a_bad_course_file_is_refused(case: tuple) -> None:
    name, *words = case
    Path("course.csv").write_text("time_s,value\n0,1200\n1e308,1200\n")
    Path("mine.toml").write_text(COURSE if name is None else COURSE.replace("course.csv", r"\u0000.csv"))
    refuse(run(), *words)


def test_another_s_text_is_not_shown_in_an_error() -> None:
    Path("mine.csv").write_text("hunter2:secret:of:somebody:else:entirely\n")
    result = CliRunner().invoke(main, run())
    assert "header is 'hunter2" in result.stderr
    assert "somebody" not in result.stderr


TITLES = ("[/b]", "[/]", "[red]", "$x_{$", "a % b")


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_shown_as_it_is(title: str) -> None:
    Path("mine.toml").write_text(SMALL.replace('"small"', repr(title)))
    result = CliRunner().invoke(main, ["run", "mine.toml", "-o", "run.h5", "--threads", "1"])
    assert result.exit_code == 0, result.output
    assert title in result.stdout
    assert Path("run.png").is_file()


def test_a_title_may_be_what_holds_the_place_of_the_digest() -> None:
    title = hashlib.sha256(b"place of the digest").hexdigest()
    Path("mine.toml").write_text(SMALL.replace("small", title))
    for args in (["sweep", "mine.toml", "-o", "many", "--workers", "1"], ["verify", "many"]):
        result = CliRunner().invoke(main, args)
        assert result.exit_code == 0, result.output
    with pytest.raises(InputError, match="take it out"):
        read("mine.toml", {"title": BLANK})


def test_every_figure_that_can_be_asked_for_is_drawn() -> None:
    assert sorted(figures.FIGURES) == sorted(FIGURES)


def test_values_are_quoted_in_short() -> None:
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    for value in ("x" * 10_000, list(range(10_000)), 10**10_000, deep, {"a": "b" * 1000}, "\x1b" * 1000):
        assert len(quoted(value)) <= 80
    assert quoted("\x1b") == r"'\x1b'"
    assert printable("a\x1b\u202e\ud800b") == r"a\x1b\u202e\ud800b"
    assert quoted([1, 2.5, "x"]) == "[1, 2.5, 'x']"
    assert len(nearest("q", map(str, range(10_000)))) < 200


def numbers_of(model: type[Parameters], seen: set[type[Parameters]]) -> Iterator[tuple[str, FieldInfo]]:
    """Every number of a group of parameters and of the groups in it."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        inner = list(groups_in(field.annotation))
        for group in inner:
            yield from numbers_of(group, seen)
        kinds = {field.annotation, *get_args(field.annotation)}
        if not inner and kinds & {int, float} and get_origin(field.annotation) is not list:
            yield f"{model.__name__}.{name}", field


def test_every_number_has_both_bounds() -> None:
    seen: set[type[Parameters]] = set()
    numbers = [found for root in (*scenario_classes(), Sweep) for found in numbers_of(root, seen)]
    assert len(numbers) > 300
    for name, field in numbers:
        bounds = {bound for item in field.metadata for bound in ("gt", "ge", "lt", "le") if hasattr(item, bound)}
        assert bounds & {"gt", "ge"}, name
        assert bounds & {"lt", "le"}, name


ENDLESS = {
    "a scenario of megabytes": (SMALL + "#" * 2**21, "mine.toml: is larger than 2 MiB", "files of their own"),
    "impulses after a fortnight": (SMALL.replace('discharge_file = "mine.csv"', "impulses_s = [1e7]"), "to 1e+06 s"),
    "interventions without end": (SMALL_LOOP + '[[interventions]]\nkind = "effort"\n' * 1001, "at most 1000 entries"),
}


@pytest.mark.parametrize("case", ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_is_refused(case: tuple) -> None:
    text, *words = case
    Path("mine.toml").write_text(text)
    refuse(run(), "mine.toml", *words)


SIZES = {
    "replicates": ({"run.replicates": 1_000_000}, "of memory", "lower run.replicates"),
    "thick filaments": ({"lattice.n_thick": 4096, "run.replicates": 200}, "of memory", "lower lattice.n_thick"),
    "snapshots": (
        {"record.sample_interval_ms": 1e5, "record.snapshot_interval_ms": 0.1, "run.duration_s": 1e5},
        "of memory",
        "raise record.snapshot_interval_ms",
    ),
}


@pytest.mark.parametrize("case", SIZES.values(), ids=SIZES)
def test_a_run_that_memory_cannot_take_is_refused(case: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    values, *words = case
    monkeypatch.setattr("sarcomere.simulation.size.free_memory", lambda: 2**30)
    refuse(run(*(arg for key, value in values.items() for arg in ("--set", f"{key}={value}"))), "mine.toml", *words)


def test_a_run_that_the_disk_cannot_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.simulation.size.free_disk", lambda folder: 2**20)
    refuse(run("--set", "run.duration_s=1e5"), "of disk", "raise record.sample_interval_ms", "-o")


def test_what_is_run_from_python_is_refused_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.simulation.size.free_memory", lambda: 2**30)
    with pytest.raises(
        InputError, match=r"mine.toml: takes .* of memory .*; write it into a file with sarcomere.record"
    ):
        sarcomere.run("mine.toml", settings={"run.duration_s": 1e5})
    with pytest.raises(InputError, match=r"lower lattice.n_thick"):
        sarcomere.record("mine.toml", "run.h5", settings={"lattice.n_thick": 4096, "run.replicates": 200})
    monkeypatch.setattr("sarcomere.simulation.size.free_disk", lambda folder: 2**20)
    with pytest.raises(InputError, match=r"of disk .*; raise record.sample_interval_ms"):
        sarcomere.record("mine.toml", "run.h5", settings={"run.duration_s": 1e5})
    assert not list(Path().glob("*run.h5*"))


@pytest.mark.parametrize("seconds", [0.5, 10.0, 100.0, 1000.0])
def test_the_longest_block_is_as_long_as_blocks_grow(seconds: float) -> None:
    scenario, done, longest = read("mine.toml", {"run.duration_s": seconds}), -1, 0
    while done < scenario.n_samples:
        rows = min(block_rows(done), rows_that_fit(scenario), scenario.n_samples - done)
        done, longest = done + rows, max(longest, rows)
    assert longest <= longest_block(scenario) <= 1.2 * longest


def test_blocks_are_bounded_in_bytes() -> None:
    few = {"record.sample_interval_ms": 1000.0, "record.snapshot_interval_ms": 0.1, "run.duration_s": 3600.0}
    assert rows_that_fit(read("mine.toml", few)) == 4
    usual = read("nocturnal-calf-cramp")
    assert 1024 <= rows_that_fit(usual) <= BLOCK_BYTES // simulation_class(usual.kind).size_of(usual).row


IN_SHELL = {
    "a reader that goes away": ("scenarios | true", 141, ""),
    "of the help": ("--help | true", 141, ""),
    "of a command's help": ("run --help | true", 141, ""),
    "of the version": ("--version | true", 141, ""),
    "of an error": ("info nothing.h5 2>&1 | true", 141, ""),
    "of a misspelt command": ("sing 2>&1 | true", 141, ""),
    "a full disk": ("scenarios > /dev/full", 2, "Standard output cannot be written (No space left on device)"),
    "no output": ("scenarios >&-", 0, ""),
    "another encoding": ("scenarios | cat", 0, ""),
}


@pytest.mark.parametrize("case", IN_SHELL.values(), ids=IN_SHELL)
def test_output_that_nobody_takes(case: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments, code, words = case
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    command = f"set -o pipefail; {sys.executable} -c 'from sarcomere.cli import main; main()' {arguments}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (result.returncode, result.stderr.count("\n")) == (code, bool(words)), result.stderr
    assert words in result.stderr


FAILURES = {
    "memory": (MemoryError("Unable to allocate 11.2 GiB"), "Memory ran out (Unable to allocate 11.2 GiB)"),
    "depth": (RecursionError("maximum recursion depth exceeded"), "nested too deep"),
    "threads": (RuntimeError("can't start new thread"), "--threads"),
    "a file": (OSError(5, "Input/output error", "x.h5"), "x.h5", "Input/output error"),
    "an end": (EOFError("Ran out of input"), "ends too soon (Ran out of input)", "give it whole"),
}


@pytest.mark.parametrize("case", FAILURES.values(), ids=FAILURES)
def test_a_failure_of_the_machine_is_told(case: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    error, *words = case
    monkeypatch.setattr("sarcomere.scenario.reading.read", raising(error))
    refuse(run(), *words)


@pytest.mark.parametrize("error", [TypeError("x"), AssertionError("x"), RuntimeError("x"), ValueError("x")])
def test_a_fault_of_the_program_keeps_its_traceback(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.scenario.reading.read", raising(error))
    assert CliRunner().invoke(main, run()).exception is error


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_public_read_refuses_alike() -> None:
    with pytest.raises(InputError, match="take it out"):
        sarcomere.read("mine.toml", {"title": "\x00"})
