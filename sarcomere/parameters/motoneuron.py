"""The motoneuron pool: cells by size, their spikes, persistent current, noise, and the ions around them."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from pydantic import model_validator

from sarcomere.parameters.base import Parameters, quantity
from sarcomere.parameters.shipped import data_path

EK = "from the authors' public code [@Elias-Kohn2013]"
CHOICE = "choice: threshold frequency and course of cramps (docs/motoneurons.md)"


class CellType(Parameters):
    """Anchor of the size range: a slow (S), fast resistant (FR) or fast fatigable (FF) motoneuron."""

    label_nA: float = quantity("nA", "current into the soma that makes the passive cell fire", EK, gt=0, le=200)
    dendrite_length_um: float = quantity("um", "length of the equivalent dendrite", EK, gt=0, le=1e5)
    dendrite_diameter_um: float = quantity("um", "diameter of the equivalent dendrite", EK, gt=0, le=1000)
    soma_size_um: float = quantity("um", "length and diameter of the soma", EK, gt=0, le=1000)
    r_dendrite: float = quantity("kohm cm^2", "specific resistance of the dendrite", EK, gt=0, le=1000)
    r_soma: float = quantity("kohm cm^2", "specific resistance of the soma", EK, gt=0, le=1000)
    g_ahp: float = quantity(
        "mS/cm^2",
        "conductance of the after-hyperpolarisation",
        "choice: slow as in man; 19.15, 27.5, 15.4 in the code [@Elias-Kohn2013]",
        ge=0,
        le=1000,
    )
    ahp_decay: float = quantity(
        "1/ms",
        "closing of the after-hyperpolarisation's gate",
        "choice: slow as in man; .025, .055, .056 in the code [@Elias-Kohn2013]",
        gt=0,
        le=10,
    )


class CellTypes(Parameters):
    """The three anchors between which every cell of the pool lies."""

    S: CellType
    FR: CellType
    FF: CellType

    @model_validator(mode="after")
    def _rise(self) -> CellTypes:
        labels = [cell.label_nA for cell in (self.S, self.FR, self.FF)]
        if not labels[0] < labels[1] < labels[2]:
            raise ValueError(f"label_nA of S, FR, FF = {labels} must rise; order them by size")
        return self


class MembraneParameters(Parameters):
    """What all cells share; voltages from rest, which is -70 mV."""

    axial_resistivity: float = quantity("ohm cm", "resistivity of cytoplasm", EK, 70.0, gt=0, le=1000)
    capacitance: float = quantity("uF/cm^2", "membrane capacitance", EK, 1.0, gt=0, le=10)
    coupling: float = quantity(
        "1",
        "factor on the conductance between dendrite and soma",
        "choice: 1 gives no cramp up to 30 Hz",
        0.3,
        gt=0,
        le=1,
    )
    g_sodium: float = quantity("mS/cm^2", "sodium conductance of the soma", EK, 30.0, ge=0, le=1000)
    g_potassium: float = quantity(
        "mS/cm^2", "fast potassium conductance of the soma", f"choice: one for all, {EK}", 4.0, ge=0, le=1000
    )
    e_sodium: float = quantity("mV", "sodium equilibrium, from rest", EK, 120.0, gt=0, le=300)
    e_potassium: float = quantity("mV", "potassium equilibrium, from rest", EK, -10.0, ge=-100, lt=0)


class PulseParameters(Parameters):
    """A spike is a pulse in which gates open; after it they return."""

    duration_ms: float = quantity("ms", "length of the pulse", EK, 0.6, gt=0, le=5)
    refractory_ms: float = quantity("ms", "shortest time between two spikes of a cell", EK, 5.0, gt=0, le=100)
    m_rise: float = quantity("1/ms", "sodium activation opens in the pulse", EK, 22.0, gt=0, le=1000)
    m_fall: float = quantity("1/ms", "and closes after it", EK, 13.0, gt=0, le=1000)
    h_fall: float = quantity("1/ms", "sodium inactivation comes in the pulse", EK, 4.0, gt=0, le=1000)
    h_rise: float = quantity("1/ms", "and goes after it", EK, 0.5, gt=0, le=1000)
    n_rise: float = quantity("1/ms", "fast potassium gate opens in the pulse", EK, 1.5, gt=0, le=1000)
    n_fall: float = quantity("1/ms", "and closes after it", EK, 0.1, gt=0, le=1000)
    q_rise: float = quantity("1/ms", "gate of the after-hyperpolarisation opens in the pulse", EK, 1.5, gt=0, le=1000)


class PersistentCurrent(Parameters):
    """The dendrite's persistent inward current, graded with voltage: what makes a cell bistable."""

    tau_ms: float = quantity("ms", "time constant of its gate", CHOICE, 100.0, gt=0, le=1e5)
    half: float = quantity(
        "1", "dendritic voltage of half opening, per threshold of the dendrite", CHOICE, 0.75, gt=0, le=5
    )
    slope_mV: float = quantity("mV", "slope of its opening", CHOICE, 1.0, gt=0, le=50)
    reversal_mV: float = quantity(
        "mV", "its reversal, from rest", "calcium, +70 mV [@Elias-Kohn2013]", 140.0, gt=0, le=300
    )
    inactivation: float = quantity("1", "share that slow inactivation can take (a_z)", CHOICE, 0.35, ge=0, le=1)
    tau_inactivation_s: float = quantity("s", "time constant of slow inactivation", CHOICE, 40.0, gt=0, le=1e5)
    tilt: float = quantity(
        "1", "kappa of the smallest cell minus that of the largest, relative", CHOICE, 0.2, ge=-2, le=2
    )
    spread: float = quantity("1", "SD of kappa between cells of one size, relative", CHOICE, 0.08, ge=0, le=1)


class SynapticParameters(Parameters):
    """Noise, and what a stimulus to the nerve does; inputs in units of the cell's rheobase."""

    private_sd: float = quantity("rheobase", "SD of the noise of each cell", CHOICE, 0.08, ge=0, le=5)
    private_tau_ms: float = quantity("ms", "its time constant", CHOICE, 20.0, gt=0, le=1e5)
    common_sd: float = quantity("rheobase", "SD of the noise common to all", CHOICE, 0.03, ge=0, le=5)
    common_tau_ms: float = quantity("ms", "its time constant", CHOICE, 100.0, gt=0, le=1e5)
    noise_interval_ms: float = quantity(
        "ms", "noise is drawn anew so often", "choice: much shorter than 20 ms", 1.0, gt=0, le=100
    )
    volley: float = quantity(
        "rheobase", "input at once from the afferents that a stimulus excites", CHOICE, 3.0, ge=0, le=100
    )
    volley_tau_ms: float = quantity("ms", "its decay", CHOICE, 5.0, gt=0, le=1000)
    antidromic_share: float = quantity("1", "share of motor axons that a stimulus excites", CHOICE, 0.6, ge=0, le=1)


class IonParameters(Parameters):
    """How ions around the cells shift voltages; concentrations are those in the spinal cord, not in plasma."""

    nernst_mV: float = quantity("mV", "RT/F at 37 C", "gas and Faraday constants [@Tiesinga2021]", 26.7, gt=0, le=50)
    potassium_mM: float = quantity("mmol/L", "potassium at which e_potassium holds", CHOICE, 4.0, gt=0, le=50)
    leak_potassium: float = quantity(
        "1",
        "shift of the leak's reversal per shift of e_potassium",
        "choice: equation of Goldman, Hodgkin and Katz with P_Na/P_K 0.05",
        0.38,
        ge=0,
        le=1,
    )
    sodium_mM: float = quantity(
        "mmol/L",
        "sodium at which e_sodium holds",
        "upper edge of the reference range of plasma [@Kratz2004]",
        145.0,
        gt=0,
        le=500,
    )
    calcium_mM: float = quantity(
        "mmol/L", "free calcium without shift of threshold", "unsourced: 1.2 in cerebrospinal fluid", 1.2, gt=0, le=50
    )
    magnesium_mM: float = quantity(
        "mmol/L",
        "free magnesium without shift of threshold",
        "unsourced: 1.0 in cerebrospinal fluid",
        1.0,
        ge=0,
        le=50,
    )
    screening_mV: float = quantity(
        "mV",
        "shift of threshold per decade of screening ions",
        "choice: 10 to 15 mV for fivefold calcium in squid axons [@Frankenhaeuser-Hodgkin1957]",
        18.0,
        ge=0,
        le=100,
    )
    magnesium_weight: float = quantity("1", "screening by magnesium relative to calcium", CHOICE, 0.3, ge=0, le=10)


class RecurrentInhibition(Parameters):
    """Renshaw cells as one mean field: every spike, antidromic too, inhibits all cells of the pool alike."""

    gain: float = quantity(
        "rheobase",
        "inhibition while the pool fires at rate_Hz",
        "choice: off alone, 0.05 in the closed loop",
        0.0,
        ge=0,
        le=10,
    )
    rate_Hz: float = quantity(
        "Hz",
        "mean rate of all units at which gain holds",
        "choice: near the mean rate in cramps [@Minetto2009]",
        15.0,
        gt=0,
        le=500,
    )
    rise_ms: float = quantity(
        "ms", "time constant of its rise", "choice: a burst of Renshaw cells", 10.0, ge=1e-3, le=1e4
    )
    decay_ms: float = quantity(
        "ms", "time constant of its decay", "choice: a burst of Renshaw cells", 40.0, ge=1e-3, le=1e4
    )


class PoolParameters(Parameters):
    """One pool of motoneurons and the drive at rest."""

    n_units: int = quantity(
        "1",
        "motoneurons",
        "choice: fewer than the 580 of human medial gastrocnemius [@Feinstein1955]",
        100,
        ge=1,
        le=10_000,
    )
    smallest_label_nA: float = quantity("nA", "label at the small end of the pool", CHOICE, 3.5, gt=0, le=200)
    largest_label_nA: float = quantity("nA", "label at the large end", CHOICE, 22.5, gt=0, le=200)
    weight_exponent: float = quantity(
        "1", "shared input falls with rheobase to this power (eta)", CHOICE, 0.25, ge=0, le=2
    )
    kappa: float = quantity(
        "1",
        "persistent current in rheobases; rises with serotonin and noradrenaline",
        "choice: by threshold frequency [@Miller-Knight2009]; in the closed loop as docs/cramp/fit.md tells",
        ge=0,
        le=10,
    )
    x_base: float = quantity(
        "rheobase",
        "resting drive",
        "choice: by threshold frequency [@Miller-Knight2009]; in the closed loop as docs/cramp/fit.md tells",
        ge=-10,
        le=10,
    )
    step_ms: float = quantity("ms", "time step", "choice: converged (tests/theory)", 0.1, ge=1e-3, le=0.2)
    types: CellTypes
    membrane: MembraneParameters = MembraneParameters()
    pulse: PulseParameters = PulseParameters()
    pic: PersistentCurrent = PersistentCurrent()
    synapses: SynapticParameters = SynapticParameters()
    ions: IonParameters = IonParameters()
    recurrent: RecurrentInhibition = RecurrentInhibition()

    @model_validator(mode="after")
    def _agree(self) -> PoolParameters:
        if self.smallest_label_nA > self.largest_label_nA:
            raise ValueError(
                f"smallest_label_nA = {self.smallest_label_nA:g} is above largest_label_nA = "
                f"{self.largest_label_nA:g}; swap them"
            )
        for name, value in (
            ("pulse.duration_ms", self.pulse.duration_ms),
            ("pulse.refractory_ms", self.pulse.refractory_ms),
            ("synapses.noise_interval_ms", self.synapses.noise_interval_ms),
        ):
            steps = value / self.step_ms
            if round(steps) < 1 or abs(steps - round(steps)) > 1e-6:
                raise ValueError(
                    f"{name} = {value:g} is no whole number of steps of {self.step_ms:g} ms; change step_ms"
                )
        return self


@cache
def pool_table() -> dict[str, dict[str, Any]]:
    """Cell types and presets as shipped, ``data/parameters/pool.toml``."""
    return tomllib.loads(data_path("parameters/pool.toml").read_text(encoding="utf-8"))


def pool_presets() -> dict[str, dict[str, Any]]:
    """Return the shipped pools by name, each with its cell types and what differs from the defaults."""
    table = pool_table()
    return {name: {"types": table["types"], **preset} for name, preset in table["presets"].items()}
