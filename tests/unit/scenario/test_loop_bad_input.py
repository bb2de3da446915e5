"""What can be got wrong in a run of the loop ends in one sentence: which line or key, which value, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.refusal import SMALL_LOOP, refuse, run

LENGTH = '[[interventions]]\nkind = "stretch"\nat_s = 1.0\nmtu_length = '


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in that holds a good scenario; nothing of it may be run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sarcomere.cli.progress.compile_kernels", None)  # calling it would fail
    Path("mine.toml").write_text(SMALL_LOOP)
    return tmp_path


def entry(kind: str, **values: Any) -> str:
    """An intervention to be added."""
    lines = [f"{key} = {value}" for key, value in values.items()]
    return "\n".join(["[[interventions]]", f'kind = "{kind}"', *lines, ""])


# Text to add at the end, and what the sentence must hold.  The first line added is line 16.
ADDED = {
    "no such kind": (entry("streching", at_s=1.0), "line 17", "interventions.1.kind = 'streching'", "'stretch'"),
    "kind like none": (entry("xyz", at_s=1.0), "line 17", "kind = 'xyz'", "use one of: antagonist, cuff"),
    "no kind": (
        "[[interventions]]\nat_s = 1.0\n",
        "line 16",
        "interventions.1.kind is missing",
        "use one of: antagonist",
    ),
    "kind a number": ("[[interventions]]\nkind = 3\nat_s = 1.0\n", "kind = ", "use one of: antagonist"),
    "no time": (entry("cuff"), "line 16", "interventions.1.at_s is missing", "add it (when it begins)"),
    "early": (entry("cuff", at_s=-1.0), "line 18", "interventions.1.at_s = -1.0", "at least 0"),
    "NaN time": (entry("cuff", at_s="nan"), "line 18", "at_s = nan", "give a finite number"),
    "infinite time": (entry("nerve_block", at_s="inf"), "line 18", "at_s = inf", "give a finite number"),
    "time as text": (entry("cuff", at_s='"soon"'), "line 18", "at_s = 'soon'", "give a number without quotes"),
    "no duration at all": (entry("cuff", at_s=1.0, duration_s=0.0), "line 19", "duration_s = 0.0", "greater than 0"),
    "effort without x": (entry("effort", at_s=1.0, hold_s=1.0), "interventions.1.x is missing", "descending input"),
    "effort of nothing": (entry("effort", at_s=1.0, x=0.0, hold_s=1.0), "line 19", "x = 0.0", "greater than 0"),
    "misspelt field": (entry("effort", at_s=1.0, x=1.0, hold=1.0), "line 20", "interventions.1.hold = 1.0", "'hold_s'"),
    "field of another kind": (entry("cuff", at_s=1.0, x=1.0), "line 19", "interventions.1.x = 1.0", "use one of: at_s"),
    "efforts that overlap": (
        entry("effort", at_s=1.0, x=1.0, hold_s=3.0, count=2, every_s=2.0),
        "line 16",
        "every_s = 2",
        "one effort of 3.2 s",
        "make it longer",
    ),
    "count a fraction": (
        entry("stimulation", at_s=1.0, frequency_Hz=20.0, count=1.5),
        "line 20",
        "count = 1.5",
        "give a whole number",
    ),
    "stimulation too fast": (entry("stimulation", at_s=1.0, frequency_Hz=500.0), "line 19", "= 500.0", "at most 200"),
    "stimulation without frequency": (entry("stimulation", at_s=1.0), "frequency_Hz is missing", "stimuli per second"),
    "stretch out of range": (LENGTH + "2.0\n", "line 19", "interventions.1.mtu_length = 2.0", "at most 1.4"),
    "jump of length": (
        entry("stretch", at_s=1.0, mtu_length=1.1, over_s=0.0),
        "line 20",
        "over_s = 0.0",
        "greater than 0",
    ),
    "walking backwards": (entry("walking", at_s=1.0, cadence_Hz=-1.0), "line 19", "cadence_Hz = -1.0", "greater than"),
    "antagonist at rest": (entry("antagonist", at_s=1.0, rate_Hz=0.0), "line 19", "rate_Hz = 0.0", "greater than 0"),
    "cuff that pumps": (entry("cuff", at_s=1.0, flow=2.0), "line 19", "flow = 2.0", "at most 1"),
    "drink": (entry("drink", at_s=1.0, fluid='"beer"'), "line 19", "fluid = 'beer'", "use 'water' or 'electrolytes'"),
    "no drink": (entry("drink", at_s=1.0), "line 16", "interventions.1.fluid is missing", "what is drunk"),
    "taste before it": (
        entry("oropharyngeal", at_s=1.0, latency_s=-5.0),
        "line 19",
        "latency_s = -5.0",
        "at least 0",
    ),
    "deadly potassium": (entry("electrolytes", at_s=1.0, potassium_mM=40.0), "line 19", "= 40.0", "at most 15"),
    "no ion": (entry("electrolytes", at_s=1.0), "line 16", "no ion changes", "give potassium_mM"),
    "misspelt ion": (entry("electrolytes", at_s=1.0, kalium_mM=4.0), "line 19", "kalium_mM = 4.0", "calcium_mM"),
    "ion as truth": (entry("electrolytes", at_s=1.0, calcium_mM="true"), "line 19", "calcium_mM = true", "a number"),
    "shock too strong": (entry("tendon_stimulation", at_s=1.0, strength=2.0), "line 19", "= 2.0", "at most 1"),
    "neuromodulation without factor": (entry("neuromodulation", at_s=1.0), "factor is missing", "persistent current"),
    "unknown switch": ("[switches]\nterminal = false\n", "line 17", "switches.terminal = false", "'terminals'"),
    "switch a number": ("[switches]\njunction = 0\n", "line 17", "switches.junction = 0", "give true or false"),
    "sample interval": (
        "[record]\nsample_interval_ms = 12\n",
        "record.sample_interval_ms = 12",
        "numerics.exchange_ms = 5",
        "use 15",
    ),
    "sample interval a fraction": ("[record]\nsample_interval_ms = 7.5\n", "line 17", "= 7.5", "give a whole number"),
    "exchange too long": (
        "[numerics]\nexchange_ms = 20\n[record]\nsample_interval_ms = 20\n",
        "numerics.exchange_ms = 20",
        "Ia pathway",
        "14 ms",
        "use 1 to 14",
    ),
    "exchange out of range": ("[numerics]\nexchange_ms = 0\n", "line 17", "exchange_ms = 0", "at least 1"),
    "step that does not divide": ("[numerics]\nstep_ms = 0.3\n", "numerics.step_ms = 0.3", "a millisecond", "use 0.05"),
    "reflex out of range": ("[reflex]\ngain_ib = -1.0\n", "line 17", "reflex.gain_ib = -1.0", "at least 0"),
    "misspelt reflex": ("[reflex]\ngain_1b = 1.0\n", "line 17", "reflex.gain_1b = 1.0", "'gain_ib'"),
    "spindle": ("[reflex.spindle]\nia_rest = nan\n", "line 17", "reflex.spindle.ia_rest = nan", "finite number"),
    "instant nerve": ("[reflex]\npath_m = 0.01\n", "exchange_ms = 5", "pathway", "use 1 to"),
    "energy": ("[energy]\nglycolysis = 2.0\n", "line 17", "energy.glycolysis = 2.0", "at most 1"),
    "too little creatine": ("[energy]\ncreatine_mM = 30.0\n", "energy.creatine_mM = 30", "energy.pcr_mM = 33", "more"),
    "blood": ("[blood]\ntau_wash_s = 0.0\n", "line 17", "blood.tau_wash_s = 0.0", "at least 10"),
    "junction": ("[junction]\nrelease = 1.5\n", "line 17", "junction.release = 1.5", "at most 1"),
    "vesicles": ("[junction]\nvesicles = 0\n", "line 17", "junction.vesicles = 0", "at least 1"),
    "action potential between steps": (
        "[fibre_ap]\nrefractory_ms = 3.05\n",
        "fibre_ap.refractory_ms = 3.05",
        "steps of 0.1 ms",
        "change",
    ),
    "slow axon": ("[axon]\nvelocity_smallest_m_s = 0.01\n", "line 17", "= 0.01", "at least 5"),
    "axons swapped": ("[axon]\nvelocity_smallest_m_s = 60.0\n", "line 16", "is above velocity_largest_m_s", "swap"),
    "distal beyond": ("[axon]\ndistal_m = 1.0\n", "line 16", "distal_m = 1 is above length_m = 0.8", "shorten it"),
    "electrolytes": ("[electrolytes]\ncord_coupling = 2.0\n", "line 17", "cord_coupling = 2.0", "at most 1"),
    "fatigue": ("[fatigue]\nstart = -0.1\n", "line 17", "fatigue.start = -0.1", "at least 0"),
    "terminals": ("[terminals]\nthreshold_Hz = -1.0\n", "line 17", "terminals.threshold_Hz = -1.0", "0"),
}


@pytest.mark.parametrize("case", ADDED.values(), ids=ADDED)
def test_a_bad_addition_is_refused(case: tuple) -> None:
    added, *words = case
    Path("mine.toml").write_text(SMALL_LOOP + added)
    refuse(run(), "mine.toml", *words)


# What to replace, by what, and what the sentence must hold.
REPLACED = {
    "preset": ("n_units = 4", 'preset = "porne"', "pool.preset = 'porne'", "'prone'"),
    "preset a number": (
        "n_units = 4",
        "preset = 3",
        "pool.preset = 3",
        "use one of: control, healthy, open_loop",
    ),
    "misspelt kappa": ("n_units = 4", "kapa = 1.0", "line 6", "pool.kapa = 1.0", "'kappa'"),
    "kappa": ("n_units = 4", "kappa = -1.0", "line 6", "pool.kappa = -1.0", "at least 0"),
    "no units": ("n_units = 4", "n_units = 0", "line 6", "pool.n_units = 0", "at least 1"),
    "pool step": ("n_units = 4", "step_ms = 0.15", "pulse.refractory_ms = 5", "steps of 0.15 ms", "change step_ms"),
    "pool a number": ("[pool]\nn_units = 4\n", "", "pool is missing", "add a table [pool]"),
    "more lattices than units": ("explicit_units = 2", "explicit_units = 5", "muscle.explicit_units = 5", "at most 4"),
    "one lattice": ("explicit_units = 2", "explicit_units = 1", "explicit_units = 1", "use 0, or 2 and more"),
    "muscle": ("explicit_units = 2", "slow_share = 1.2", "line 8", "muscle.slow_share = 1.2", "at most 1"),
    "misspelt muscle": ("explicit_units", "explicit_unit", "line 8", "muscle.explicit_unit = 2", "'explicit_units'"),
    "posture": ("mtu_length = 0.9", "mtu_length = 0.5", "line 2", "mtu_length = 0.5", "at least 0.65"),
    "interventions a table": ("[[interventions]]", "[interventions]", "interventions", "[[interventions]]"),
}


@pytest.mark.parametrize("case", REPLACED.values(), ids=REPLACED)
def test_a_bad_scenario_is_refused(case: tuple) -> None:
    old, new, *words = case
    assert old in SMALL_LOOP
    Path("mine.toml").write_text(SMALL_LOOP.replace(old, new, 1))
    refuse(run(), "mine.toml", *words)


LONG = ["--set", "muscle.optimal_hs_length=1600.0"]
SET = {
    "pool": (["--set", "pool.kappa=nan"], "command line", "pool.kappa = nan", "a finite number"),
    "posture out of overlap": (
        [*LONG, "--set", "mtu_length=1.35"],
        "mtu_length = 1.35 L0",
        "2160 nm, outside its filaments' ",
        "choose a length between",
    ),
    "intervention": (["--set", "interventions.0.x=-1.0"], "command line", "interventions.0.x = -1.0", "greater than 0"),
    "beyond": (["--set", "interventions.3.x=1.0"], "interventions.3", "entries 0 to 0"),
    "kind": (["--set", "interventions.0.kind=cuf"], "interventions.0.kind = 'cuf'", "'cuff'"),
}


@pytest.mark.parametrize("case", SET.values(), ids=SET)
def test_a_bad_setting_is_refused(case: tuple) -> None:
    args, *words = case
    refuse(run(*args), *words)


@pytest.mark.parametrize(
    ("entered", "key"),
    [
        (entry("stretch", at_s=1.0, mtu_length=1.35), "interventions.1.mtu_length"),
        (entry("walking", at_s=1.0, stance_length=1.35), "interventions.1.stance_length"),
    ],
)
def test_a_movement_out_of_overlap_is_refused(entered: str, key: str) -> None:
    Path("mine.toml").write_text(SMALL_LOOP + entered)
    refuse(run(*LONG), "mine.toml", f"{key} = 1.35 L0", "2160 nm, outside its filaments' ", "choose a length between")
