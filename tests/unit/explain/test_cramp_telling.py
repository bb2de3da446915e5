"""What is printed of a cramp run and how it is drawn."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import sarcomere
from sarcomere.explain import summary as report
from sarcomere.explain.cramp_summary import cramp_sentences
from sarcomere.plot.contrast import contrast_figure
from sarcomere.plot.cramp import cramp_figure
from tests.support.synthetic_cramp import TRAIN, cramp, cramp_run, units

STRETCH = {"kind": "stretch", "at_s": 10.0, "over_s": 1.0}
TENDON = {"kind": "tendon_stimulus", "at_s": 10.4}


def told(ds: xr.Dataset) -> str:
    return " ".join(cramp_sentences(ds))


def test_cramp_that_a_stretch_ends() -> None:
    text = told(cramp_run(cramp(), 20.0, [TRAIN, STRETCH]))
    for words in (
        "A cramp began at 2.1 s, 0.06 s after the end of the stimulation:",
        "At most 6 of 20 motor units fired at once",
        "They fired 10.0 times a second on average, 10.0 at first and 10.0 in the end",
        "ended after 9.9 s, 2.0 s after the stretch began; whether because of it, a run without it tells.",
        "mmHg",
        "of 10",
        "After the last impulse force halved in",
        "Calcium halved",
    ):
        assert words in text
    assert "contracture" not in text


def test_repetitions_are_told_as_mean_and_range() -> None:
    text = told(cramp_run([*cramp(), *cramp(stop=20.0, firing=8), *units(20)], 20.0, [TRAIN]))
    assert "(2 of 3 repetitions)" in text
    assert "At most 7 (6 to 8) of 20" in text
    assert "ended by itself after 9.9 s (1 of 2 repetitions)" in text
    assert "was still on when it could be watched no longer, after 17.9 s (1 of 2 repetitions)" in text


def test_no_cramp() -> None:
    assert told(cramp_run(units(20), 20.0, [TRAIN], explicit=False)) == "No cramp: no impulse reached the muscle."
    text = told(cramp_run(cramp(stop=2.5), 20.0, [TRAIN], explicit=False))
    assert text.startswith("No cramp after the stimulation that ended at 2.0 s: the last impulse came 0.5 s later")
    text = told(cramp_run(units(20), 1.5, [TRAIN], explicit=False))
    assert text == "No cramp could be seen: the record ends at 1.5 s, before the stimulation does."


def test_strain_of_the_half_sarcomeres_is_told() -> None:
    ds = cramp_run(cramp(stop=2.5), 20.0, [TRAIN])
    length = xr.full_like(ds.hs_length, 1000.0)
    length[0, 2, 5], length[0, 3, 7] = 950.0, 1020.0
    assert "none was ever more than 5.0 % shorter or 2.0 % longer than at first" in told(ds.assign(hs_length=length))


def test_force_without_impulses_is_called_a_contracture_and_slow_relaxation_slow() -> None:
    ds = cramp_run(cramp(stop=2.5), 20.0, [TRAIN])
    stiff = ds.assign(relative_force=xr.full_like(ds.relative_force, 0.4))
    assert "still pulled with 40 % of its maximum: this is no cramp" in told(stiff)
    slow = ds.assign(relative_force=(0.4 * np.exp(-ds.time / 2.0)).broadcast_like(ds.relative_force))
    assert "force halved in 1.39 s: slower than healthy muscle lets go" in told(slow)


def test_summary_of_a_cramp_run_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_summary(cramp_run(cramp(), 20.0, [TRAIN], title="mine"))
    text = capsys.readouterr().out
    assert "mine" in text
    assert "55.6 ± 19.2" in text
    assert "ended by itself after 9.9 s" in text
    assert max(map(len, text.splitlines())) <= 100


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Names of interventions, titles and legends of the first axes that stand on each other."""
    figure.canvas.draw()
    ax = figure.axes[0]
    boxes = [(text.get_text(), text.get_window_extent()) for text in ax.texts]
    boxes += [("title", ax._left_title.get_window_extent()), ("legend", ax.get_legend().get_window_extent())]  # type: ignore[attr-defined, union-attr]
    return [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[i + 1 :] if one.overlaps(other)]


def test_names_of_interventions_do_not_overlap() -> None:
    late = {"kind": "walking", "at_s": 19.5, "duration_s": 100.0}
    figure = cramp_figure(cramp_run(cramp() * 2, 20.0, [TRAIN, STRETCH, TENDON, late]))
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "stimulation",
        "stretch",
        "tendon stimulus",
        "walking",
    ]
    assert overlaps(figure) == []


def test_panels_without_half_sarcomeres_are_left_out() -> None:
    with_them, without = (cramp_figure(cramp_run(cramp(), 20.0, explicit=e)) for e in (True, False))
    titles = [{ax.get_title(loc="left") for ax in figure.axes} for figure in (with_them, without)]
    assert {title.split(",")[0] for title in titles[0] - titles[1]} == {
        "attached heads",
        "detached heads",
        "free calcium of each group",
    }
    without.savefig(io.BytesIO(), dpi=40)


def test_contrast_has_a_column_for_each_run() -> None:
    runs = {"cramp": cramp_run(cramp(), 20.0, [TRAIN, STRETCH]), "rest": cramp_run(units(4), 5.0, explicit=False)}
    figure = contrast_figure(runs, "what tells them apart")
    figure.savefig(io.BytesIO(), dpi=40)
    assert len(figure.axes) == 10
    assert [ax.get_title() for ax in figure.axes[:2]] == ["cramp", "rest"]
    assert all(ax.get_ylabel() for ax in figure.axes[::2])
    with pytest.raises(sarcomere.InputError, match="needs runs, and none is given"):
        contrast_figure({})
