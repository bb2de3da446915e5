"""What a scenario looks like at a prompt: what it is, and what differs from the shipped values."""

from __future__ import annotations

import pytest

import sarcomere
from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.showing import differences

FIBRE = {
    "title": "mine",
    "run": {"duration_s": 0.5},
    "drive": {"pCa": 5.5},
    "motor_units": [{"id": 1, "fibre": "slow", "n_fibres": 100}],
}


def test_a_line_names_what_differs() -> None:
    found = from_dict(FIBRE | {"fibres": {"fast": {"calcium": {"v_pump_mM_s": 0.5}}}})
    assert (
        repr(found)
        == str(found)
        == (
            "<FibreScenario 'mine', 0.5 s: fibres.fast.calcium.v_pump_mM_s = 0.5, drive.pCa = 5.5, "
            "motor_units = [(id 1, fibre slow, n_fibres 100)]>"
        )
    )


@pytest.mark.parametrize("preset", ["prone", "healthy"])
def test_values_of_a_preset_are_shipped_values(preset: str) -> None:
    found = sarcomere.read("stim-below", {"pool.preset": preset, "pool.kappa": 1.31})
    pool = [one for one in differences(found) if one.key.startswith("pool.")]
    assert [one.key for one in pool] == ["pool.kappa", *(["pool.preset"] if preset != "prone" else [])]
    assert pool[0].value == 1.31
    assert pool[0].shipped == sarcomere.read("stim-below", {"pool.preset": preset}).pool.kappa  # type: ignore[attr-defined]


def test_a_notebook_shows_a_table_of_escaped_texts() -> None:
    html = from_dict(FIBRE | {"title": "<b>mine</b> & yours"})._repr_html_()
    assert "&lt;b&gt;mine&lt;/b&gt; &amp; yours: fibre, 0.5 s" in html
    assert "<tr><td>drive.pCa</td><td>5.5</td><td>none</td></tr>" in html


def test_a_long_line_is_cut_off() -> None:
    text = repr(sarcomere.read("quick-release"))
    assert len(text) < 400
    assert text.endswith("more>")
