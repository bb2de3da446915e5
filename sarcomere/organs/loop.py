"""One person: the order in which nerve, junction, muscle, blood and reflex hear of each other.

The parts exchange what they made every few milliseconds.  No nerve is that fast: what a receptor feels in one
window reaches the cord in a later one, so the exchange delays nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError, SolverError
from sarcomere.half_sarcomere.acidosis import acid_factors
from sarcomere.half_sarcomere.half_sarcomere import half_sarcomeres
from sarcomere.half_sarcomere.models import Models
from sarcomere.organs import junction, metabolism, muscle, reflex
from sarcomere.organs.excitation import Excitation
from sarcomere.organs.nerve.nerve import Nerve
from sarcomere.parameters import FIBRE_TYPES
from sarcomere.parameters.fibre import FibreType
from sarcomere.scenario import random_streams
from sarcomere.scenario.interventions import PLASMA, Imposed
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.random_streams import Person
from sarcomere_kernels import advance_metabolism, advance_muscle, advance_reflex
from sarcomere_kernels import types as k
from sarcomere_kernels.blood import Blood
from sarcomere_kernels.muscle import MuscleDrive
from sarcomere_kernels.reflex import Signal

Values = NDArray[np.float64]
Map = Callable[..., Iterable[Any]]

# Scalars that change (Loop.scalars).
CLOCK, FATIGUE = range(2)


class Events(NamedTuple):
    """What happened to units in a window; times in s."""

    unit: NDArray[np.int32]
    time: Values
    antidromic: NDArray[np.int8]  # spikes only; empty for other events


class Window(NamedTuple):
    """One exchange: what is imposed in it, by millisecond."""

    first_ms: int
    time_s: Values  # (ms,) its beginning
    is_open: NDArray[np.bool_]  # the nerve conducts
    descending: Values
    mtu_length: Values  # (ms + 1,)
    plasma: dict[str, float]


class Spent(NamedTuple):
    """What the lattices of the groups used in a window, mmol per litre of fibre water, (group,)."""

    atp: Values
    calcium: Values  # taken up by the pump


def check_parts(scenario: LoopScenario) -> None:
    """Refuse a scenario whose parts cannot be made, without making any.

    Parameters
    ----------
    scenario : LoopScenario
        Checked but for what its parts alone know.

    Raises
    ------
    InputError
        Naming the file, the value and the remedy.
    """
    s = scenario
    try:
        muscle.groups(s.muscle, s.pool.n_units)
        junction.pack_junctions(s.junction, s.fibre_ap, s.pool.step_ms)
        metabolism.pack_metabolism(s.energy, s.blood, s.potassium)
        reflex.pack_reflex(s.reflex, s.numerics.exchange_ms)
    except InputError as error:
        raise InputError(f"{s.source or 'scenario'}: {error}") from None


class Loop:
    """One replicate of a run, advanced window by window.

    Parameters
    ----------
    scenario : LoopScenario
        What is run.
    replicate : int
        Its number; with the seed it fixes every random draw.
    models : dict of str to Models
        By fibre type; replicates share them.

    Attributes
    ----------
    events : dict of str to Events
        Spikes, impulses and terminal impulses of the last window.
    mtu_length, fascicle_length : float
        Length of muscle and slack tendon, and of the fascicles, at its end, L0.
    """

    def __init__(self, scenario: LoopScenario, replicate: int, models: dict[FibreType, Models]) -> None:
        self.scenario = s = scenario
        self._ms, n_units = s.numerics.exchange_ms, s.pool.n_units
        self._step_ms, self._per_ms = s.pool.step_ms, round(1.0 / s.pool.step_ms)
        seeds = {part: random_streams.of_person(s.run.seed, replicate, part) for part in Person}
        self.imposed = Imposed(s.interventions, s.mtu_length, {name: getattr(s.electrolytes, name) for name in PLASMA})
        self.scalars = np.array([0.0, s.fatigue.start])
        # nerve, and the way of an impulse to the release sites
        self.nerve = Nerve(s, self.imposed, int(seeds[Person.NERVE].generate_state(1, np.uint32)[0]))
        self.excitation = Excitation(s, seeds[Person.JUNCTIONS])
        # muscle
        self.constants = muscle.pack_muscle(
            s.muscle, n_units, {str(name): one for name, one in s.fibres.items()}, s.mechanics
        )
        self.muscle = muscle.fresh_muscle(self.constants)
        self.trace = muscle.trace_muscle(self.constants, self._ms)
        self._explicit, self._stretch = self.constants.representative >= 0, s.muscle.tendon.stretch
        self._weight: Values = np.bincount(self.constants.group, self.constants.capacity).astype(np.float64)
        chances = seeds[Person.LATTICES].spawn(self._explicit.size)
        groups = [int(group) for group in np.flatnonzero(self._explicit)]
        fibres = [models[FIBRE_TYPES[self.constants.group_fibre[group]]] for group in groups]
        rows = half_sarcomeres(s, fibres, [chances[group] for group in groups])
        self.lattices = dict(zip(groups, rows, strict=True))
        # energy, blood, reflexes
        self._energetics, self._circulation = metabolism.pack_metabolism(s.energy, s.blood, s.potassium)
        self.metabolism = metabolism.fresh_metabolism(s.energy, s.blood, self._explicit.size)
        self._impose_on_blood()
        self._reflex = reflex.pack_reflex(s.reflex, self._ms)
        self._resting = passive = muscle.resting_force(self.constants, s.mtu_length)
        self.reflex = reflex.fresh_reflex(self._reflex, 0.0, s.mtu_length, passive)
        self.x = np.zeros((2, self._ms))  # base and inhibition by reflexes in the window to come
        self._write_reflexes(np.zeros(0), np.zeros(0), np.zeros((0, len(Signal))))
        self.events: dict[str, Events] = {}
        # as they are at time zero, and then at the end of each window
        self.full_force_N = muscle.full_force_N(s.muscle, self.constants, s.lattice)
        self.active_force, self.passive_force, self.fibre_ap_rate = 0.0, passive, 0.0
        start = np.zeros(1)
        shift = self.imposed.descending(start) + self.imposed.shift(start)
        self.x_base = s.pool.x_base + float(shift[0] + self.x[0, 0])
        self.x_inhibition = float(self.imposed.inhibition(start)[0] + self.x[1, 0])
        self.mtu_length = float(self.imposed.mtu_length(start)[0])
        self.fascicle_length = self.mtu_length - float(muscle.tendon_strain(self.muscle, self._stretch, self._ms)[0])

    def _impose_on_blood(self) -> None:
        """Bring pressure and flow, which follow at once, to what a cuff and walking make of them at time zero."""
        start, blood = np.zeros(1), self.metabolism.blood
        pressure, conductance = (float(values[0]) for values in self.imposed.pumping(start))
        c, cuff = self._circulation, float(self.imposed.cuff(start)[0])
        blood[Blood.PRESSURE] = c.pressure_rest + pressure
        head = (c.pressure_stop - blood[Blood.PRESSURE]) / (c.pressure_stop - c.pressure_rest)
        blood[Blood.FLOW] = max(blood[Blood.CONDUCTANCE], conductance) * min(1.0, max(0.0, head)) * cuff

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that changes, by name: saving it and coming back continues the same run."""
        parts: dict[str, dict[str, NDArray[Any]]] = {
            "nerve": self.nerve.arrays,
            "excitation": self.excitation.arrays,
            "muscle": self.muscle._asdict(),
            "metabolism": self.metabolism._asdict(),
            "reflex": self.reflex._asdict(),
            "loop": {"scalars": self.scalars, "x": self.x},
        }
        for group, lattice in self.lattices.items():
            parts[f"lattice{group}"] = {**lattice.state._asdict(), "chemistry": lattice.chemistry}
        return {f"{part}_{name}": array for part, arrays in parts.items() for name, array in arrays.items()}

    @property
    def muscle_force_N(self) -> float:
        """Force of the muscle, passive included, N."""
        return (self.active_force + self.passive_force) * self.full_force_N

    @property
    def passive_at_start(self) -> float:
        """Force that fibres carry at time zero, F0: of the lattices, which the first window balances."""
        titin = [lattice.at_start[0][k.Sample.TITIN_FORCE] for lattice in self.lattices.values()]
        return float(self._weight @ titin / self.constants.isometric) if titin else self._resting

    @property
    def passive_force_N(self) -> float:
        """Force that fibres carry at rest, N."""
        return self.passive_force * self.full_force_N

    @property
    def imposed_length_nm(self) -> float:
        """Where the far ends of the half-sarcomeres are held, nm."""
        return self.fascicle_length * self.scenario.muscle.optimal_hs_length

    @property
    def fatigue(self) -> float:
        """Central fatigue, 0 to 1."""
        return float(self.scalars[FATIGUE])

    @property
    def adp_uM(self) -> Values:
        """Free ADP of each group, uM."""
        return self.metabolism.adp * 1e3

    @property
    def k_tubule_mM(self) -> Values:
        """Potassium in the tubules, mean of each group, mM."""
        weighted = self.constants.share * self.excitation.junctions.k_tubule
        return np.asarray(np.bincount(self.constants.group, weighted), dtype=np.float64)

    def advance(self, side_by_side: Map = map) -> None:
        """One window: nerve, junction, lattices, muscle, blood, reflexes.

        Parameters
        ----------
        side_by_side : callable
            Like ``map``; may advance several lattices at once.

        Raises
        ------
        SarcomereError
            If a part cannot go on.
        """
        window = self._window()
        self._fire(window)
        lengths = window.mtu_length - muscle.tendon_strain(self.muscle, self._stretch, self._ms)
        unit, step = self._carry(window, lengths)
        self.mtu_length, self.fascicle_length = float(window.mtu_length[-1]), float(lengths[-1])
        active, passive, spent = self._contract(unit, step, lengths, side_by_side)
        self._pull(unit, step, lengths, active, passive, window)
        self._burn(window, spent)
        self._feel(window, lengths)
        self.scalars[CLOCK] += self._ms

    def _window(self) -> Window:
        first = int(self.scalars[CLOCK])
        edges: Values = np.asarray((first + np.arange(self._ms + 1)) * 1e-3, dtype=np.float64)
        time, imposed = edges[:-1], self.imposed
        return Window(
            first_ms=first,
            time_s=time,
            is_open=imposed.nerve_open(time) > 0,
            descending=imposed.descending(time),
            mtu_length=imposed.mtu_length(edges),
            plasma=imposed.plasma(float(time[0])),
        )

    def _fire(self, w: Window) -> None:
        """Motoneurons, by what descends and what reflexes bring."""
        s, imposed = self.scenario, self.imposed
        x_base = s.pool.x_base + w.descending + imposed.shift(w.time_s) + self.x[0]
        x_inhibition = imposed.inhibition(w.time_s) + self.x[1]
        self.x_base, self.x_inhibition = float(x_base[-1]), float(x_inhibition[-1])
        cord = {name: getattr(s.pool.ions, name) * self._cord_share(name, w) for name in PLASMA}
        modulation = imposed.modulation(w.time_s)
        first = w.first_ms * self._per_ms
        unit, step, back = self.nerve.fire(first, x_base, x_inhibition, modulation, cord, w.is_open)
        self.events["spike"] = self._events(unit, step)._replace(antidromic=back)

    def _cord_share(self, name: str, w: Window) -> float:
        """Concentration around the motoneurons over the normal one: plasma's change, buffered."""
        normal = float(getattr(self.scenario.electrolytes, name))
        return 1.0 + self.scenario.electrolytes.cord_coupling * (w.plasma[name] / normal - 1.0)

    def _carry(self, w: Window, lengths: Values) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Units and steps of the action potentials that reach release sites in this window."""
        local = {"calcium_mM": w.plasma["calcium_mM"], "magnesium_mM": w.plasma["magnesium_mM"]}
        first = w.first_ms * self._per_ms
        around = {**local, "potassium_mM": self.excitation.k_interstitial}
        unit, step, born = self.nerve.end_of_axons(first, lengths[:-1], around)
        unit, step = self.excitation.carry(unit, step, **local, end=first + self._ms * self._per_ms)
        self.events["terminal"], self.events["fibre_ap"] = self._events(*born), self._events(unit, step)
        return unit, step

    def _contract(
        self, unit: NDArray[np.int32], step: NDArray[np.int64], lengths: Values, side_by_side: Map
    ) -> tuple[Values, Values, Spent]:
        """Active and passive force of the lattices, pN per thick filament, (group, ms), and what they spent."""
        n = self.constants.representative.size
        active, passive = np.zeros((n, self._ms)), np.zeros((n, self._ms))
        spent = Spent(np.zeros(n), np.zeros(n))

        def go(group: int) -> None:
            lattice = self.lattices[group]
            mine = step[unit == self.constants.representative[group]]
            turnover = lattice.advance(mine, self._step_ms, lengths)
            passive[group] = lattice.series[:, k.Sample.TITIN_FORCE]
            active[group] = lattice.series[:, k.Sample.FORCE] - passive[group]
            spent.atp[group], spent.calcium[group] = turnover

        for _ in side_by_side(go, self.lattices):
            pass
        return active, passive, spent

    def _pull(
        self,
        unit: NDArray[np.int32],
        step: NDArray[np.int64],
        lengths: Values,
        active: Values,
        passive: Values,
        w: Window,
    ) -> None:
        """Compute the forces of all units and of the muscle, and the tendon's response to them."""
        drive = MuscleDrive(
            unit=unit,
            ms=np.asarray(np.maximum(step // self._per_ms - w.first_ms, 0), dtype=np.int32),
            active=active,
            passive=passive,
            length=np.ascontiguousarray(lengths[1:]),
            factor=self._chemistry_factor(),
        )
        advance_muscle(self.muscle, self.constants, drive, self.trace, self._ms)
        self.active_force, self.passive_force = float(self.trace.force[-1]), float(self.trace.passive[-1])

    def _chemistry_factor(self) -> Values:
        """Return the factor by which phosphate and acid reduce the force of the twitch model."""
        s, m = self.scenario, self.metabolism
        if not s.switches.chemistry:
            return np.ones(m.pi.size)
        phosphate = 1.0 - s.energy.force_per_decade_pi * np.log10(m.pi / s.energy.pi_mM)
        return np.asarray(np.maximum(phosphate, 0.0) * acid_factors(s.energy, m.ph).attach)

    def _burn(self, w: Window, spent: Spent) -> None:
        """Energy, blood, potassium, fatigue; then heads and pumps bathe in what came out."""
        s, trace = self.scenario, self.trace
        pressure, conductance = self.imposed.pumping(w.time_s)
        n_aps = np.bincount(self.events["fibre_ap"].unit, minlength=s.pool.n_units).astype(np.float64)
        aps = np.bincount(self.constants.group, self.constants.share * n_aps, spent.atp.size).astype(np.float64)
        for group in self.lattices:  # a lattice is one fibre: its own impulses and what it used
            aps[group] = n_aps[self.constants.representative[group]]
        explicit = self._explicit
        local = float(trace.territory_force.mean())
        status = advance_metabolism(
            self.metabolism,
            self._energetics,
            self._circulation,
            np.where(explicit, spent.atp, trace.group_used),
            np.where(explicit, spent.calcium, trace.group_pumped),
            aps,
            self._weight,
            local,
            float(self.imposed.cuff(w.time_s[-1:])[0]),
            np.array([pressure.mean(), conductance.mean()]),
            float(self._ms),
        )
        self._check(status, "energy and blood")
        mean_aps = float(self.constants.capacity @ n_aps)
        self.fibre_ap_rate = mean_aps * 1e3 / self._ms
        end = (w.first_ms + self._ms) * self._per_ms
        blood_flow = float(self.metabolism.blood[Blood.FLOW])
        self.excitation.leave_potassium(w.plasma["potassium_mM"], mean_aps / self._ms, blood_flow, end, float(self._ms))
        self._tire()
        if s.switches.chemistry:
            m = self.metabolism
            for group, lattice in self.lattices.items():
                lattice.bathe(np.array([m.atp[group], m.adp[group] * 1e3, m.pi[group], m.ph[group]]))

    def _tire(self) -> None:
        """Central fatigue follows force; exact at constant force."""
        p, scalars = self.scenario.fatigue, self.scalars
        force = float(self.trace.force.mean())
        rate = force / p.rise_s + 1.0 / p.recovery_s  # per s
        aim = force / p.rise_s / rate
        scalars[FATIGUE] = aim + (scalars[FATIGUE] - aim) * math.exp(-rate * self._ms * 1e-3)

    def _feel(self, w: Window, lengths: Values) -> None:
        """Receptors, and the inputs they will bring to the motoneurons in the next window."""
        blood = self.metabolism.blood
        signals = np.zeros((self._ms, len(Signal)))
        signals[:, Signal.GAMMA] = np.clip(w.descending, 0.0, 1.0)  # alpha and gamma are driven together
        signals[:, Signal.NOCICEPTION] = blood[Blood.METABOLIC_NOCICEPTION]
        signals[:, Signal.MECHANICAL] = blood[Blood.MECHANICAL_NOCICEPTION]
        signals[:, Signal.FATIGUE] = self.scalars[FATIGUE]
        signals[:, Signal.ANTAGONIST] = self.imposed.antagonist(w.time_s)
        signals[:, Signal.TENDON_STIMULUS] = self.imposed.tendon_stimulus(w.time_s, 1e-3)
        signals[:, Signal.AFFERENT_OPEN] = w.is_open
        signals[:, Signal.PASSIVE] = self.trace.passive
        self._write_reflexes(self.trace.force, np.ascontiguousarray(lengths[1:]), signals)

    def _write_reflexes(self, force: Values, length: Values, signals: Values) -> None:
        status = advance_reflex(self.reflex, self._reflex, force, length, signals, self.x[0], self.x[1])
        self._check(status, "reflexes")
        if not self.scenario.switches.reflexes:
            self.x[:] = 0.0

    def _check(self, status: int, part: str) -> None:
        if status != k.OK:
            raise SolverError(
                f"A number in {part} is not finite at {self.scalars[CLOCK]:.0f} ms: check the values given for it."
            )

    def _events(self, unit: NDArray[np.int32], step: NDArray[np.int64]) -> Events:
        time = np.asarray(step * (self._step_ms * 1e-3), dtype=np.float64)
        return Events(unit, time, np.zeros(0, dtype=np.int8))
