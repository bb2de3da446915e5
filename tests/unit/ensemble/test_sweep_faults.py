"""What can go wrong with a sweep: bad input, hostile files, disks, two at once.  One sentence each, nothing spoilt."""

from __future__ import annotations

import errno
import json
import os
import pickle
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

from sarcomere import InputError, StoreError
from sarcomere.cli import main
from sarcomere.ensemble.shards.folder import manifest_sha256, read_manifest, shard_path
from sarcomere.ensemble.shards.verify import verify
from sarcomere.ensemble.workers import work
from sarcomere.ensemble.workers.driver import carry_out, planned, serially
from sarcomere.ensemble.workers.lock import LOCK, Part, held, locked
from sarcomere.ensemble.workers.status import status
from sarcomere.scenario.reading import read
from sarcomere.simulation.api import record
from tests.support.refusal import check, files, refuse
from tests.support.sweeps import asked, contents, do, small

VARY = ["chemistry.atp_mM=8,2,1"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in that holds the small scenario and a sweep of it, a CSV of points, and a plain file."""
    monkeypatch.chdir(tmp_path)
    small(tmp_path)
    Path("file").write_text("mine")
    Path("good.csv").write_text("chemistry.atp_mM\n8\n4\n")
    Path("text.csv").write_text("chemistry.atp_mM\n")
    Path("ragged.csv").write_text("chemistry.atp_mM,chemistry.pi_mM\n8,1\n4\n")
    Path("twice.csv").write_text("chemistry.atp_mM,chemistry.atp_mM\n8,1\n")
    Path("bytes.csv").write_bytes(b"\xff\x00\x01")
    Path("none.toml").write_text("title = 'no points'\n")
    for name, line in SWEEP_FILES.items():
        Path(f"{name}.toml").write_text(f'scenario = "small.toml"\n{line}\n')
    return tmp_path


SWEEP_FILES = {
    "misspelt": "replicatse = 3",
    "both_ways": '[[vary]]\nkey = "drive.pCa"\nvalues = [5.0]\nfrom = 4.0\nto = 6.0',
    "no_end": '[[vary]]\nkey = "drive.pCa"\nfrom = 4.0',
    "no_key": "[[vary]]\nvalues = [1]",
    "unknown": "[set]\nlattice.n_thik = 4",
    "broken": "seed = = 1",
    "uneven": '[[points]]\n"chemistry.atp_mM" = 8.0\n[[points]]\n"chemistry.pi_mM" = 1.0',
}
ATP = "--vary", "chemistry.atp_mM=8,4"
BAD = {
    "unknown key": (["--vary", "chemistry.atp_nM=8,4"], "unknown key chemistry.atp_nM", "did you mean 'atp_mM'?"),
    "unknown table": (["--vary", "chemstry.atp_mM=8,4"], "chemstry", "did you mean 'chemistry'?"),
    "outside its range": (
        ["--vary", "chemistry.atp_mM=8,-1"],
        "chemistry.atp_mM = -1 is out of range",
        "greater than 0",
    ),
    "not a number": (["--vary", "chemistry.atp_mM=8,nan"], "chemistry.atp_mM = nan", "finite number"),
    "a word": (["--vary", "chemistry.atp_mM=8,much"], "chemistry.atp_mM = 'much'", "give a number"),
    "a fraction of a filament": (["--vary", "lattice.n_thick=1:2:3"], "lattice.n_thick = 1.0", "whole number"),
    "through a value": (["--vary", "run.seed.x=1,2"], "run.seed", "is a value, not a table", "shorten the key"),
    "beyond a list": (["--vary", "motor_units.3.fibre=slow,fast"], "motor_units has entries 0 to 0"),
    "no values": (["--vary", "chemistry.atp_mM="], "is not key=values", "low:high:number"),
    "no key": (["--vary", "=1,2"], "is not key=values"),
    "an empty value": (["--vary", "chemistry.atp_mM=8,,4"], "has an empty value"),
    "a value twice": (["--vary", "chemistry.atp_mM=8,4,8.0"], "takes 8.0 twice", "once"),
    "half a range": (["--vary", "chemistry.atp_mM=1:8"], "without a number of values", "low:high:number", "--sobol"),
    "no range": (["--vary", "chemistry.atp_mM=1::8"], "1::8 is no range", "low:high:number"),
    "a range of words": (["--vary", "chemistry.atp_mM=low:high:3"], "low:high:3 is no range"),
    "one value of a range": (["--vary", "chemistry.atp_mM=1:8:1"], "asks for 1 values", "from 2"),
    "no values of a range": (["--vary", "chemistry.atp_mM=1:8:0"], "asks for 0 values"),
    "a range of one value": (["--vary", "chemistry.atp_mM=8:8:3"], "begins and ends at 8"),
    "ratios through 0": (["--vary", "chemistry.atp_mM=0:8:4log"], "equal ratios cannot pass 0", "leave log out"),
    "too long a number": (["--vary", f"chemistry.atp_mM=1:{'9' * 400}:3"], "ends beyond 1e+300"),
    "a number of thousands of digits": (["--vary", f"chemistry.atp_mM=1:{'9' * 5000}:3"], "thousands of digits"),
    "a value of thousands of digits": (["--vary", f"chemistry.atp_mM=1,{'9' * 5000}"], "chemistry.atp_mM"),
    "too many values": (["--vary", "chemistry.atp_mM=1:8:1000000"], "asks for 1000000 values", "100000"),
    "too many points": (
        ["--vary", "chemistry.atp_mM=1:8:1000", "--vary", "chemistry.pi_mM=1:8:1000"],
        "makes 1000000 points",
        "at most 100000",
    ),
    "a key twice": ([*ATP, "--vary", "chemistry.atp_mM=2,1"], "chemistry.atp_mM is set twice"),
    "a key set and varied": ([*ATP, "--set", "chemistry.atp_mM=2"], "chemistry.atp_mM is set twice"),
    "a table and its key": ([*ATP, "--set", "chemistry={}"], "chemistry.atp_mM is set twice, also by chemistry"),
    "a seed set and given": (["--set", "run.seed=2", "--seed", "3"], "run.seed is set twice", "--seed"),
    "a bad seed": (["--seed", "-1"], "seed = -1 is out of range", "at least 0"),
    "no replicates": ([*ATP, "--replicates", "0"], "replicates = 0 is out of range", "at least 1"),
    "replicates as a key": (["--vary", "run.replicates=1,2"], "run.replicates is for the sweep", "--replicates"),
    "the first replicate": (["--set", "run.first_replicate=2"], "run.first_replicate is for the sweep"),
    "sobol without range": (["--sobol", "8"], "sobol needs a range", "--vary key=low:high"),
    "sobol with values": (["--sobol", "8", *ATP], "has values in a Sobol design"),
    "sobol of none": (["--sobol", "0", "--vary", "chemistry.atp_mM=1:8"], "without a number of values"),
    "sobol below none": (["--sobol", "-3", "--vary", "chemistry.atp_mM=1:8"], "sobol = -3", "at least 0"),
    "sobol downwards": (["--sobol", "8", "--vary", "chemistry.atp_mM=8:1"], "does not ascend", "lower end first"),
    "sobol log of 0": (["--sobol", "8", "--vary", "chemistry.atp_mM=0:1:log"], "has no logarithm"),
    "points and vary": (["--points", "good.csv", *ATP], "points and vary cannot be joined"),
    "ragged points": (["--points", "ragged.csv"], "ragged.csv, line 3", "has 1 columns, the header 2"),
    "no such points": (["--points", "no.csv"], "no.csv: no such file of points"),
    "points of a header": (["--points", "text.csv"], "text.csv: has no points"),
    "points of two names": (["--points", "twice.csv"], "twice.csv, line 1", "its own key"),
    "points of bytes": (["--points", "bytes.csv"], "bytes.csv, line 1: cannot be read as text"),
    "points of no tables": (["--points", "none.toml"], "none.toml: has no points", "[[points]]"),
    "part beyond the last": (["--shard", "3/2"], "--shard 3/2", "1/2 to 2/2"),
    "part 0": (["--shard", "0/2"], "--shard 0/2", "count from 1/2"),
    "part of none": (["--shard", "1/0"], "--shard 1/0"),
    "no part": (["--shard", "two"], "--shard 'two': is not i/N", "1/8"),
    "part and overwrite": (["--shard", "1/2", "--overwrite"], "--shard"),
    "script of a part": (["--shard", "1/2", "--slurm-array", "4"], "--slurm-array"),
    "script for Dask": (["--dask", "tcp://127.0.0.1:1", "--slurm-array", "4"], "--slurm-array", "leave out", "--dask"),
    "processes of a cluster": (["--dask", "tcp://127.0.0.1:1"], "--workers 1", "a Dask cluster has workers of its own"),
    "patience without a cluster": (["--patience", "3"], "--patience: only a Dask cluster", "add --dask"),
    "files without end": (
        ["--replicates", "1000000", "--set", "run.duration_s=1000.0"],
        "1 points of 1000000 replicates make about 1000000 files",
        "200000 files at most",
    ),
    "a key of two lines": (["--sobol", "4", "--vary", "a\nb=1,2"], r"small.toml: a\nb has values in a Sobol design"),
    "no such part of many": (["--shard", f"1/{'9' * 5000}"], "is not i/N"),
    "too long a name": ([*ATP, "-o", "x" * 300], "File name too long"),
    "no such parent": ([*ATP, "-o", "no/f"], "no/f: the folder no does not exist", "-o"),
    "a file for a folder": ([*ATP, "-o", "file"], "file: is a file", "-o"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_input_is_refused_in_a_sentence(case: tuple) -> None:
    options, *words = case
    refuse(["sweep", "small.toml", "-o", "f", "--workers", "1", *options], *words)


FILES = {
    "misspelt": ("misspelt.toml, line 2", "unknown key replicatse = 3", "did you mean 'replicates'?"),
    "both_ways": ("drive.pCa needs either values, or from and to",),
    "no_end": ("drive.pCa needs either values, or from and to",),
    "no_key": ("vary.0.key is missing",),
    "unknown": ("unknown key lattice.n_thik = 4", "did you mean 'n_thick'?"),
    "broken": ("broken.toml: is not valid TOML", "line 2"),
    "uneven": ("point 2 has other keys than the first",),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_sweep_file_is_refused_in_a_sentence(name: str) -> None:
    refuse(["sweep", f"{name}.toml", "-o", "f"], *FILES[name])


def test_a_series_is_not_varied_from_outside() -> None:
    refuse(
        ["sweep", "force-pca", "--vary", "drive.pCa=4,5", "-o", "f"], "force-pca", "drive.pCa varies in the scenario"
    )


def test_two_points_are_not_the_same_experiment() -> None:
    Path("p.csv").write_text("chemistry.atp_mM\n8\n4\n8.0\n")
    refuse(
        ["sweep", "small.toml", "--points", "p.csv", "-o", "f"], "atp_mM = 8 and chemistry.atp_mM = 8", "give it once"
    )


OTHERS = {
    "another seed": (["--seed", "4"], "was made from seed 3, not 4", "--seed 3"),
    "other settings": (["--set", "chemistry.pi_mM=2"], "was made from another scenario"),
    "fewer points": (["--vary", "chemistry.atp_mM=8,4"], "holds 2 points that are not asked for", "atp_mM = 2"),
    "other keys": (["--vary", "chemistry.pi_mM=2,3"], "points that are not asked for"),
    "fewer replicates": (["--replicates", "1"], "holds 2 replicates", "more than the 1 asked for"),
}


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_a_folder_of_another_sweep_is_refused(case: tuple) -> None:
    options, *words = case
    do(asked("small.toml", VARY, replicates=2), Path("f"))
    defaults = [] if "--vary" in options else ["--vary", *VARY]
    defaults += [] if "--replicates" in options else ["--replicates", "2"]
    refuse(["sweep", "small.toml", "-o", "f", *defaults, *options], "f: ", *words, "-o", "--overwrite")


def test_a_folder_of_other_kernels_is_refused_and_overwritten_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    do(asked("small.toml", VARY), Path("f"))
    with monkeypatch.context() as other:
        other.setattr("sarcomere.ensemble.design.plan.KERNEL_HASH", "0123456789abcdef")
        refuse(["sweep", "small.toml", "-o", "f", "--vary", *VARY], "f: was made by sarcomere", "--overwrite")
    assert do(asked("small.toml", ["chemistry.pi_mM=1,2"]), Path("f"), overwrite=True).made == 2
    assert len(contents(Path("f"))) == 2


def test_a_scenario_that_changes_while_it_is_swept_fails_its_points() -> None:
    wanted = asked("voluntary-contraction", settings={"run.duration_s": 0.01, "lattice.n_thick": 1})
    from sarcomere.ensemble.workers.driver import planned

    plan = planned(wanted, "f")
    task = plan.task("f", plan.manifest.shards[0])
    (Path("f") / "shards").mkdir(parents=True)
    (Path("f") / "failed").mkdir()
    outcome = work.do_shard(task._replace(values={"chemistry.atp_mM": 1.0}))
    assert (outcome.kind, "is not the one that the sweep began with" in outcome.error) == ("InputError", True)
    assert not contents(Path("f"))


# -- hostile files ------------------------------------------------------------------------------------------------


class Trap:
    """Writes a file when it is unpickled."""

    def __reduce__(self) -> tuple:
        return os.system, (f"touch {os.path.abspath('sprung')}",)


HOSTILE = [
    "__import__('os').system('touch sprung')",
    "!!python/object/apply:os.system ['touch sprung']",
    "${touch sprung}",
]


def test_the_trap_of_these_tests_works() -> None:
    pickle.loads(pickle.dumps(Trap()))
    assert Path("sprung").exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_looks_like_code_stays_text(text: str) -> None:
    refuse(["sweep", "small.toml", "-o", "f", "--vary", f"chemistry.atp_mM={json.dumps(text)}"], "chemistry.atp_mM")
    refuse(["sweep", "small.toml", "-o", "f", "--set", f"title={json.dumps(text)}", "--vary", "run.x=1"], "run.x")
    Path("hostile.toml").write_text(f'scenario = "small.toml"\n[set]\n"chemistry.atp_mM" = {json.dumps(text)}\n')
    refuse(["sweep", "hostile.toml", "-o", "f"], "chemistry.atp_mM")
    do(asked("small.toml", VARY, settings={"title": text}), Path("f"))
    assert not Path("sprung").exists()


@pytest.mark.parametrize(
    "content", [pickle.dumps(Trap(), 0), pickle.dumps(Trap()), b"[1]", b"{", b"[" * 100_000, b"\xff"]
)
def test_a_manifest_is_data(content: bytes) -> None:
    do(asked("small.toml", VARY), Path("f"))
    Path("f/sweep.json").write_bytes(content)
    for command in (["status", "f"], ["verify", "f"], ["sweep", "small.toml", "-o", "f", "--vary", *VARY]):
        refuse(command, "f/sweep.json: is no manifest of a sweep", "from a copy")
    assert not Path("sprung").exists()


@pytest.mark.parametrize("name", ["../../outside", "0" * 15, "/etc/passwd"])
def test_a_manifest_cannot_name_files_elsewhere(name: str) -> None:
    do(asked("small.toml", VARY), Path("f"))
    table = json.loads(Path("f/sweep.json").read_text())
    table["shards"][0]["name"] = name
    del table["sha256"]
    Path("f/sweep.json").write_text(json.dumps({**table, "sha256": manifest_sha256(table)}))
    refuse(["status", "f"], "is no manifest of a sweep", "pattern")


def test_a_manifest_whose_values_were_altered_is_refused() -> None:
    do(asked("small.toml", VARY), Path("f"))
    text = Path("f/sweep.json").read_text()
    assert text.count('"chemistry.atp_mM":2}') == 1
    Path("f/sweep.json").write_text(text.replace('"chemistry.atp_mM":2}', '"chemistry.atp_mM":3}'))
    for command in (["status", "f"], ["verify", "f"], ["merge", "f", "-o", "all.h5"]):
        refuse(command, "f/sweep.json", "was altered since it was written", "from a copy")
    Path("f/sweep.json").write_text(text.replace('"sha256"', '"sha"'))
    refuse(["status", "f"], "was altered since it was written")


def test_a_shard_with_objects_in_it_is_data() -> None:
    do(asked("small.toml", VARY), Path("f"))
    manifest = read_manifest("f")
    assert manifest is not None
    path = shard_path("f", manifest.shards[0].name)
    with h5py.File(path, "r+") as file:
        trap = file.create_dataset("trap", data=np.void(pickle.dumps(Trap())))
        trap.attrs["class"] = np.void(pickle.dumps(Trap()))
        file["away"] = h5py.ExternalLink("/etc/passwd", "/")
    found = verify("f")
    assert found.sound == 2
    assert len(found.faults) == 1
    assert not Path("sprung").exists()


def test_nothing_in_the_package_runs_what_it_reads() -> None:
    package = Path(work.__file__).parent
    text = "\n".join(path.read_text() for path in package.glob("*.py"))
    assert "import json" in text  # negative control of the search
    assert not re.search(r"\b(pickle|marshal|shelve|allow_pickle)\b|(?<![.\w])(eval|exec)\(|yaml", text)


# -- disks and locks -----------------------------------------------------------------------------------------------


@pytest.fixture
def disk(folder: Path) -> Iterator[Path]:
    """A disk of 160 KiB, where we may mount one."""
    path = folder / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(path)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def test_a_full_disk_is_told_and_finished_shards_stay(disk: Path) -> None:
    vary = ["chemistry.atp_mM=1:8:8"]
    with pytest.raises(StoreError, match=r"No space left on device.*finished stays.*same sweep again"):
        do(asked("small.toml", vary), disk / "f")
    assert [name for name in contents(disk / "f") if "part" in name] == []
    found = verify(disk / "f")
    assert 0 < found.sound < 8
    assert (found.faults, found.sound + found.missing) == ([], 8)
    before = contents(disk / "f")
    subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
    assert do(asked("small.toml", vary), disk / "f").made == found.missing
    assert before.items() <= contents(disk / "f").items()


def test_a_read_only_folder_is_told(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
    do(asked("small.toml", ["chemistry.atp_mM=8,4"]), disk / "f")
    before = contents(disk / "f")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for place in ("disk/f", "disk/g"):
        refuse(
            ["sweep", "small.toml", "--vary", "chemistry.atp_mM=8,4,2", "-o", place, "--workers", "1"],
            "Read-only file system",
            "-o",
        )
    assert status(disk / "f").shards_done == 2  # looking needs no right to write
    assert contents(disk / "f") == before


HOLD = """
import sys, time
from pathlib import Path
from sarcomere.ensemble.workers.lock import locked
with locked(Path("f")):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_sweep_in_the_same_folder_is_refused_and_told_who_is_there() -> None:
    do(asked("small.toml", VARY), Path("f"))
    assert not held(Path("f"))
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        command = ["sweep", "small.toml", "-o", "f", "--vary", *VARY, "--workers", "1"]
        refuse(command, "f: another sweep is at work in it", f"process {other.pid} on", "wait until it ends", "-o")
        refuse([*command, "--shard", "1/2"], "another sweep is at work in it", f"process {other.pid} on")
        assert f"process {other.pid} on" in CliRunner().invoke(main, ["status", "f"]).stdout
        other.kill()
    assert do(asked("small.toml", VARY), Path("f")).runs == 3  # a dead process holds nothing


def test_parts_that_planned_the_same_do_not_plan_again() -> None:
    wanted, folder = asked("small.toml", VARY), Path("f")
    plans = [planned(wanted, folder) for _ in range(2)]  # both before there is a manifest
    replan = mock.Mock(side_effect=AssertionError)
    for number, plan in enumerate(plans, start=1):
        carry_out(plan, replan, folder, serially, part=Part(number, 2))
    assert not replan.called
    other = planned(asked("small.toml", VARY, seed=9), Path("g"))
    with pytest.raises(AssertionError):  # what another sweep left is looked at again
        carry_out(other, replan, folder, serially, part=Part(1, 2))


def test_a_seed_in_a_table_is_the_seed_of_the_sweep() -> None:
    assert (
        planned(asked("small.toml", settings={"run": {"duration_s": 0.002, "seed": 7}}), Path("f")).manifest.seed == 7
    )


def test_a_folder_that_cannot_be_synced_takes_files(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        usual(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert do(asked("small.toml", VARY), Path("f")).runs == 3
    assert record(read("small.toml"), "run.h5").exists()


def test_parts_go_side_by_side_but_no_part_twice() -> None:
    Path("f").mkdir()
    with locked(Path("f"), Part(1, 3)):
        with locked(Path("f"), Part(2, 3)):
            assert len(held(Path("f"))) == 2
        with pytest.raises(InputError, match="another sweep is at work"), locked(Path("f"), Part(1, 3)):
            pass
        with pytest.raises(InputError, match="another sweep is at work"), locked(Path("f")):
            pass


def test_parts_of_another_array_are_refused() -> None:
    Path("f").mkdir()
    with locked(Path("f"), Part(1, 3)):
        words = r"^f: an array of 3 parts is at work in it \(process .*\), not of 2; give --shard i/3, or wait"
        with pytest.raises(InputError, match=words), locked(Path("f"), Part(2, 2)):
            pass
    with locked(Path("f"), Part(2, 2)):
        assert [path.name for path in held(Path("f"))] == [".lock-2-of-2"]


def test_who_is_named_holds_the_folder_now() -> None:
    do(asked("small.toml", VARY), Path("f"))
    Path("f", LOCK).write_text(json.dumps({"pid": 1, "host": "elsewhere", "since": "long ago"}))
    words = rf"another sweep is at work in it \(process {os.getpid()} on"
    with locked(Path("f"), Part(3, 3)), locked(Path("f"), Part(1, 3)):
        with pytest.raises(InputError, match=words), locked(Path("f")):
            pass
        said = status("f").at_work
    assert re.fullmatch(rf"process {os.getpid()} on .* since .*, and 1 other parts", said)


def test_a_file_system_without_locks_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    do(asked("small.toml", VARY), Path("f"))

    def refused(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr("fcntl.flock", refused)
    assert status("f").at_work == ""


def test_a_pause_does_not_count_as_work() -> None:
    do(asked("small.toml", VARY), Path("f"))
    now = time.time()
    for path, age in zip(sorted(Path("f/shards").iterdir()), (3600, 5, 1), strict=True):
        os.utime(path, (now - age, now - age))
    with locked(Path("f")):
        os.utime(Path("f", LOCK), (now - 10, now - 10))
        assert status("f").rate == pytest.approx(2 / 10, rel=0.2)


def test_the_script_for_slurm_repeats_the_command() -> None:
    options = ["--vary", "chemistry.atp_mM=8,4", "--set", "title='a b'", "--replicates", "2", "--seed", "4"]
    before = files()
    result = CliRunner().invoke(main, ["sweep", "small.toml", "-o", "f", *options, "--slurm-array", "3"])
    assert (result.exit_code, files()) == (0, before)
    assert "#SBATCH --array=1-3\n" in result.stdout
    line = result.stdout.splitlines()[-1].replace("$SLURM_ARRAY_TASK_ID", "2").replace("--workers 4", "--workers 1")
    code = "from sarcomere.cli import main; main()"
    script = line.replace("sarcomere sweep", f'{sys.executable} -c "{code}" sweep')
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (status("f").runs_done, status("f").runs_missing) == (2, 2)
    assert read_manifest("f").seed == 4  # type: ignore[union-attr]
    result = CliRunner().invoke(
        main, ["sweep", "small.toml", "-o", "f", *options, "--slurm-array", "3", "--workers", "7"]
    )
    assert "#SBATCH --cpus-per-task=7\n" in result.stdout
    assert " --workers 7 --shard " in result.stdout


def test_ctrl_c_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = work.write_shard, list[float]()

    def interrupted(task: object) -> Path:
        calls.append(time.time())
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(task)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "write_shard", interrupted)
    command = ["sweep", "small.toml", "-o", "f", "--vary", *VARY, "--workers", "1"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 130
    assert "Interrupted: finished runs lie in f; go on with the same command." in result.stderr
    assert len(contents(Path("f"))) == 1


def test_a_folder_that_holds_no_sweep_is_told() -> None:
    for command in ("status", "verify"):
        refuse([command, "nowhere"], "nowhere: no such folder", "'sarcomere sweep' wrote with -o")
    Path("empty").mkdir()
    refuse(["status", "empty"], "empty: holds no sweep", "sarcomere sweep -o")
    check(2, "Error: a sentence, as these tests have it.\n", ())  # negative control: the check passes what is well
    with pytest.raises(AssertionError):
        check(2, "Traceback\n", ())


def test_a_sweep_that_the_disk_cannot_take_is_refused_before_its_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.simulation.size.free_disk", lambda folder: 100)
    with pytest.raises(InputError, match=r"small\.toml: takes .* of disk .* and .* are free; raise record\."):
        do(asked("small.toml", VARY), Path("f"))
    assert not list(Path("f/shards").iterdir())


def test_a_run_that_memory_cannot_take_fails_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.simulation.size.free_memory", lambda: 2**10)
    report = do(asked("small.toml", VARY), Path("f"))
    assert report.runs == 0
    assert len(report.failures) == 3
    assert all("of memory" in failure.error and "; lower " in failure.error for failure in report.failures)
