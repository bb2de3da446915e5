"""Animations show what the heads and regulatory units of the recorded run did, and refuse what they cannot show."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba_array
from PIL import Image

import sarcomere
from sarcomere.cli import main
from sarcomere.errors import StoreError
from sarcomere.plot.animation import animate, looks
from sarcomere.plot.animation.animating import View, carry_out, plan
from sarcomere.plot.animation.bake import bake
from sarcomere.plot.animation.drawing import PairFigure
from sarcomere.plot.animation.film import Film, replay, sampled_as
from sarcomere.plot.animation.pair import Pair, PairLook
from sarcomere.plot.animation.palette import palette
from sarcomere.plot.animation.scene import Scene
from sarcomere.plot.animation.space import Space
from sarcomere.plot.animation.window import Window
from sarcomere.plot.animation.writing import GifWriter
from sarcomere.scenario.checking import from_dict
from sarcomere.simulation.fibre import FibreSimulation
from sarcomere_kernels import types as k
from tests.support import loop_scenario
from tests.support.refusal import refuse

TABLE = {
    "title": "in tetanus",
    "run": {"duration_s": 0.06, "seed": 3, "replicates": 2},
    "drive": {"train": {"frequency_Hz": 100.0, "start_s": 0.0, "count": 1000}},
    "motor_units": [{"id": 4, "fibre": "slow"}, {"id": 7, "fibre": "fast"}],
    "lattice": {"n_thick": 2},
    "record": {"snapshot_interval_ms": 10.0},
}
COARSE = Window(first=0, last=600, every=100, sample_every=10, step_ms=0.1)


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sarcomere.record(from_dict(TABLE), tmp_path_factory.mktemp("run") / "run.h5")


@pytest.fixture(scope="module")
def recorded(run_file: Path) -> xr.Dataset:
    with sarcomere.open_run(run_file) as ds:
        return ds.sel(replicate=1, motor_unit=7).load()


def simulation(run_file: Path) -> FibreSimulation:
    planned = plan(run_file, "a.gif", View(unit=7, replicate=1))
    return FibreSimulation(sampled_as(planned.scenario, COARSE, planned.replicate))


@pytest.fixture(scope="module")
def pair(run_file: Path) -> Pair:
    simulated = simulation(run_file)
    return Pair(simulated.scenario.lattice, simulated.batch[0].lattice, 1, 2)


@pytest.fixture(scope="module")
def film(run_file: Path, pair: Pair, recorded: xr.Dataset) -> Film[PairLook]:
    return replay(simulation(run_file), COARSE, pair, recorded.force)


def test_heads_drawn_are_in_their_recorded_states(film: Film[PairLook], pair: Pair, recorded: xr.Dataset) -> None:
    states = recorded.snapshot_state.values.reshape(len(film.looks), -1)[:, pair.heads]
    assert np.array_equal(states, [look.head_state for look in film.looks])
    assert {k.HeadState.OFF, k.HeadState.MDP} < set(states[-1])
    assert (states[-1] >= k.HeadState.A1).any()
    assert not np.array_equal(states[0], states[-1])
    assert film.is_recorded


def test_attached_heads_are_as_far_from_their_feet_as_they_are_strained(
    film: Film[PairLook], pair: Pair, recorded: xr.Dataset
) -> None:
    strains = recorded.snapshot_strain.values.reshape(len(film.looks), -1)[:, pair.heads]
    for look, strain in zip(film.looks, strains, strict=True):
        attached = look.head_state >= k.HeadState.A1
        assert np.array_equal(attached, np.isfinite(strain))
        # x is kept to 1e-4 nm in float32
        assert np.allclose((look.motor - look.foot)[attached, 0], strain[attached], atol=2e-3)
        apart = np.linalg.norm(look.motor[:, None] - look.actin, axis=2).min(axis=1)
        touching = looks.MOTOR_LENGTH / 2 + looks.ACTIN_RADIUS
        assert np.allclose(apart[attached], touching, atol=1e-3)
        assert (apart[~attached] > touching - 2).all()


def test_actins_have_the_colours_of_their_regulatory_units(run_file: Path, recorded: xr.Dataset) -> None:
    simulated = simulation(run_file)
    scene = Scene(simulated.scenario.lattice, simulated.batch[0].lattice)
    seen = replay(simulated, COARSE, scene.actins)
    assert seen.is_recorded is None
    for look, time in zip(seen.looks, seen.time, strict=True):
        sample = recorded.sel(time=time, method="nearest")
        is_open = np.isin(look.state, (looks.OPEN_CALCIUM, looks.OPEN_BARE))
        assert is_open.mean() == pytest.approx(float(sample.ru_open_fraction), abs=1e-6)
    assert 0.1 < is_open.mean() < 1
    has_calcium = np.isin(seen.looks[-1].state, (looks.CLOSED_CALCIUM, looks.OPEN_CALCIUM))
    state = simulated.batch[0].state
    assert has_calcium.mean() == pytest.approx((state.ru_calcium > 0).mean(), abs=1e-6)


def test_unit_states() -> None:
    opened, calcium = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 0])
    expected = [looks.CLOSED, looks.CLOSED_CALCIUM, looks.OPEN_CALCIUM, looks.OPEN_BARE]
    assert looks.unit_state(opened, calcium).tolist() == expected


def test_the_figure_shows_the_states_in_the_colours_of_the_legend(film: Film[PairLook]) -> None:
    figure = PairFigure(film, "title", ["note"])
    for frame in (0, len(film.looks) - 1):
        figure.show(frame)
        look = film.looks[frame]
        for panel in (figure._whole, figure._part):
            colours = to_rgba_array(looks.HEAD_COLOURS)[look.head_state]
            assert sorted(map(tuple, panel._motors.get_facecolor())) == sorted(map(tuple, colours))
            assert np.array_equal(panel._actin.get_facecolor(), to_rgba_array(looks.SITE_COLOURS)[look.actin_state])
    texts = [text.get_text() for legend in figure.figure.legends for text in legend.get_texts()]
    assert texts == [*looks.HEAD_NAMES, *looks.SITE_NAMES]
    assert figure._clock.get_text().strip() == "60.0 ms"


def test_a_baked_figure_looks_as_before(film: Film[PairLook]) -> None:
    pictures = []
    for frame, is_baked in ((6, False), (6, True), (0, False)):
        figure = PairFigure(film, "title", ["note"])
        if is_baked:
            bake(figure.figure, figure.moving, 50)
        figure.figure.set_dpi(50)
        figure.show(frame)
        canvas = FigureCanvasAgg(figure.figure)
        canvas.draw()
        pictures.append(np.array(canvas.buffer_rgba()).astype(float))
    plain, baked, other = pictures
    assert np.abs(baked - plain).mean() < 0.5  # of 255; only what crosses a moving edge
    assert np.abs(other - plain).mean() > 2


def test_heads_in_space_touch_the_actin_they_hold(run_file: Path) -> None:
    simulated = simulation(run_file)
    space = Space(simulated.scenario.lattice, simulated.batch[0].lattice)
    look = replay(simulated, COARSE, space).looks[-1]
    attached = look.head_state >= k.HeadState.A1
    assert attached.sum() > 5
    apart = np.linalg.norm(look.motor[:, None] - look.actin, axis=2).min(axis=1)
    inside = (look.motor[:, 0] > look.ends[0]) & (look.motor[:, 0] < look.ends[1])
    # a site may lie up to 1.6 nm beside the plane in which its head is drawn
    assert (apart[attached & inside] < looks.MOTOR_LENGTH / 2 + looks.ACTIN_RADIUS + 0.5).all()
    beads = np.linalg.norm(look.actin[:400, None] - look.actin[:400], axis=2)
    assert beads[~np.eye(len(beads), dtype=bool)].min() > 3.0  # none is drawn twice


def test_files(run_file: Path, tmp_path: Path) -> None:
    told: list[float] = []
    asked = {"unit": 7, "start": 0.02, "stop": 0.03, "every_ms": 5.0}
    gif = animate(run_file, tmp_path / "a.gif", progress=lambda _, share: told.append(share), fps=10, **asked)
    with Image.open(gif) as image:
        assert (image.n_frames, image.info["duration"]) == (3, 100)
    assert told == sorted(told)
    assert told[-1] == 1.0
    page = animate(run_file, tmp_path / "a.html", **asked).read_text()
    assert page.count("iVBOR") == 3
    assert "http" not in page
    assert animate(run_file, tmp_path / "a.png", **asked).read_bytes()[:4] == b"\x89PNG"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "a.html", "a.png"]


def test_the_palette_of_gifs_has_every_colour_of_the_legend() -> None:
    kept = np.array(palette().getpalette()).reshape(-1, 3)
    for colour in (*looks.HEAD_COLOURS, *looks.SITE_COLOURS, "#ffffff"):
        assert (kept == np.round(255 * to_rgba_array(colour)[0, :3])).all(axis=1).any(), colour


@pytest.mark.parametrize("drive", ["pCa", "load", "series"])
def test_imposed_calcium_load_and_series_are_replayed_bit_for_bit(drive: str, tmp_path: Path) -> None:
    table = {**TABLE, "run": {"duration_s": 0.02, "seed": 5}, "motor_units": [{"id": 1}], "lattice": {"n_thick": 1}}
    if drive == "load":
        table["protocol"] = {"load": {"time_s": [0.0, 0.02], "value": 40.0}}
        table["drive"] = {"pCa": 4.5}
    else:
        table["drive"] = {"pCa": 5.0}
    if drive == "series":
        table["series"] = {"vary": [{"key": "drive.pCa", "values": [6.0, 5.5, 4.5]}]}
    path = sarcomere.record(from_dict(table), tmp_path / "run.h5")
    planned = plan(path, None, View(unit=1))
    simulated = FibreSimulation(sampled_as(planned.scenario, planned.moments, planned.replicate))
    along = Pair(planned.scenario.lattice, simulated.batch[0].lattice, 0, 0)
    assert replay(simulated, planned.moments, along, planned.recorded).is_recorded
    other = FibreSimulation(sampled_as(planned.scenario, planned.moments, planned.replicate + 1))
    assert not replay(other, planned.moments, along, planned.recorded).is_recorded


@pytest.mark.slow
def test_a_unit_of_the_whole_loop_is_replayed(tmp_path: Path) -> None:
    path = sarcomere.record(loop_scenario.scenario({"run": {"duration_s": 0.05}}), tmp_path / "cramp.h5")
    planned = plan(path, tmp_path / "cramp.png", View(stop=0.01, every_ms=5.0))
    assert planned.recorded is None
    assert planned.scenario.drive.impulses_s is not None
    assert carry_out(planned).stat().st_size > 0


def test_space_is_drawn(run_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyvista")
    path = animate(run_file, tmp_path / "space.png", stop=0.01, every_ms=5.0, in_space=True)
    with Image.open(path) as image:
        assert len(image.convert("RGB").getcolors(maxcolors=2**20)) > 1000  # shaded bodies, not a blank view


REFUSED = {
    "unit": (["--unit", "9"], "--unit 9", "use one of: 4, 7"),
    "replicate": (["--replicate", "5"], "--replicate 5", "use one of: 0, 1"),
    "from": (["--from", "3"], "--from 3", "between 0 and 0.06"),
    "to": (["--to", "0.07"], "--to 0.07", "between 0 and 0.06"),
    "order": (["--from", "0.05", "--to", "0.02"], "--from 0.05 --to 0.02", "the first below the second"),
    "nan": (["--from", "nan"], "--from nan", "give seconds"),
    "step": (["--every", "0.25"], "--every 0.25", "give a multiple of 0.1"),
    "no step": (["--every", "0"], "--every 0", "give a multiple of 0.1"),
    "endless": (["--every", "inf"], "--every inf", "give a multiple of 0.1"),
    "too few": (["--every", "100"], "--every 100", "fewer than two frames"),
    "too many": (["--every", "0.1"], "--every 0.1", "601 frames", "give at least 0.1"),
    "fps": (["--fps", "0"], "--fps 0", "above 0"),
    "too fast": (["--fps", "1000"], "--fps 1000", "at most 50"),
    "pair": (["--pair", "2,0"], "--pair 2,0", "filaments 0 to 1"),
    "face": (["--pair", "0,6"], "--pair 0,6", "faces 0 to 5"),
    "no pair": (["--pair", "first"], "--pair first", "such as 0,3"),
    "suffix": (["-o", "a.mp4"], "a.mp4", "'.mp4'", ".gif, .html, .png"),
    "no suffix": (["-o", "a"], "suffix ''", ".gif, .html, .png"),
    "folder": (["-o", "none/a.gif"], "none/a.gif", "the folder none does not exist"),
    "pair in space": (["--3d", "--pair", "0,0"], "--pair 0,0", "leave one out"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused(
    case: tuple[list[str], str], run_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options, *words = case
    refuse(["animate", str(run_file), *options], *words)


def test_what_is_no_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refuse(["animate", "none.h5"], "none.h5", "no such run file")
    Path("text.h5").write_text("text")
    refuse(["animate", "text.h5"], "text.h5", "is no HDF5 file")


def test_space_without_its_extra_says_which(run_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "pyvista", None)
    refuse(["animate", str(run_file), "-o", "a.png", "--3d"], "pyvista", "sarcomere[viz3d]")


def test_ctrl_c_at_the_first_frame_leaves_nothing(
    run_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(GifWriter, "grab_frame", interrupted)
    with pytest.raises(KeyboardInterrupt):
        animate(run_file, tmp_path / "a.gif")
    result = CliRunner().invoke(main, ["animate", str(run_file), "-o", str(tmp_path / "a.gif")])
    assert (result.exit_code, "Interrupted" in result.stderr) == (130, True)
    assert not list(tmp_path.glob("*.gif"))


def test_a_full_disk_leaves_the_old_file(run_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    old = tmp_path / "a.png"
    old.write_bytes(b"old")
    monkeypatch.setattr("sarcomere.recording.atomic.os.replace", full)
    with pytest.raises(StoreError, match=r"a\.png: .*No space left"):
        animate(run_file, old, stop=0.01, every_ms=5.0)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.png": b"old"}
