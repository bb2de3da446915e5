"""What a protocol's interventions impose against time: one course for everything that the loop takes from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sarcomere.parameters import intervention as kinds
from sarcomere.scenario.course import PiecewiseLinear

Values = NDArray[np.float64]
_Kind = TypeVar("_Kind")
_Lasting = TypeVar("_Lasting", kinds.Antagonist, kinds.NerveBlock, kinds.Cuff)
PLASMA = ("potassium_mM", "sodium_mM", "calcium_mM", "magnesium_mM")
_GAIT_BEGINS_S = 1.0  # choice: from standing to a full stride, and back
_REFRACTORY_S = 2e-3  # of the stimulated axons; choice


def _during(time_s: Values, entries: Iterable[_Lasting]) -> Iterator[tuple[_Lasting, NDArray[np.bool_]]]:
    """Every entry, and where it is on."""
    return ((entry, (time_s >= entry.at_s) & (time_s < entry.until_s)) for entry in entries)


class Imposed:
    """Everything that interventions impose, ready to be read off for any stretch of time.

    Parameters
    ----------
    interventions : sequence of Intervention
        The protocol.
    length : float
        Length of the muscle with its tendon at the beginning, L0.
    normal : dict of str to float
        Normal plasma concentrations, by the names in ``PLASMA``, mmol/L.
    """

    def __init__(self, interventions: Sequence[kinds.Intervention], length: float, normal: dict[str, float]) -> None:
        entries = sorted(interventions, key=lambda entry: entry.at_s)
        self._entries = entries
        self._mtu_length = PiecewiseLinear([0.0], [length])
        for stretch in self._all(kinds.Stretch):
            self._mtu_length = self._mtu_length.moved_to(stretch.mtu_length, stretch.at_s, stretch.over_s)
        self._plasma = {name: PiecewiseLinear([0.0], [normal[name]]) for name in PLASMA}
        for change in self._all(kinds.Electrolytes):
            for name in PLASMA:
                if (aim := getattr(change, name)) is not None:
                    self._plasma[name] = self._plasma[name].moved_to(aim, change.at_s, change.over_s)
        self._modulation = PiecewiseLinear([0.0], [1.0])
        for scaling in self._all(kinds.Neuromodulation):
            self._modulation = self._modulation.moved_to(scaling.factor, scaling.at_s, scaling.over_s)

    def _all(self, kind: type[_Kind]) -> list[_Kind]:
        """Entries of one kind, in order of time."""
        return [entry for entry in self._entries if isinstance(entry, kind)]

    @property
    def stimuli_s(self) -> list[float]:
        """Times of the stimuli that the nerve answers to, s, rising: where trains overlap it may be refractory."""
        trains = (s.at_s + np.arange(s.count) / s.frequency_Hz for s in self._all(kinds.Stimulation))
        answered: list[float] = []
        for time in sorted(float(time) for train in trains for time in train):
            if not answered or time >= answered[-1] + _REFRACTORY_S:
                answered.append(time)
        return answered

    def descending(self, time_s: Values) -> Values:
        """Voluntary drive, rheobases."""
        x = np.zeros_like(time_s)
        for effort in self._all(kinds.Effort):
            points = np.cumsum([0.0, effort.rise_s, effort.hold_s, effort.fall_s])
            since = time_s - effort.at_s
            turn = np.clip(np.floor(since / effort.every_s), 0, effort.count - 1)
            x += effort.x * np.interp(since - turn * effort.every_s, points, [0.0, 1.0, 1.0, 0.0], left=0.0, right=0.0)
        return x

    def shift(self, time_s: Values) -> Values:
        """Shift of the resting drive by drinks, rheobases."""
        x = np.zeros_like(time_s)
        for drink in self._all(kinds.Drink):
            sign = 1.0 if drink.fluid == "water" else -1.0
            x -= sign * drink.shift * np.expm1(-np.maximum(time_s - drink.at_s, 0.0) / drink.absorption_s)
        return x

    def inhibition(self, time_s: Values) -> Values:
        """Inhibition from the mouth, rheobases."""
        x = np.zeros_like(time_s)
        for taste in self._all(kinds.Oropharyngeal):
            begin = taste.at_s + taste.latency_s
            end = begin + (taste.until_s - taste.at_s)
            x += taste.inhibition * ((time_s >= begin) & (time_s < end))
        return x

    def modulation(self, time_s: Values) -> Values:
        """Factor on the persistent inward current."""
        return self._modulation.at(time_s)

    def plasma(self, time_s: float) -> dict[str, float]:
        """Plasma concentrations at one time, mmol/L."""
        return {name: float(course.at(time_s)) for name, course in self._plasma.items()}

    def nerve_open(self, time_s: Values) -> Values:
        """1 where the nerve conducts, 0 where it is blocked."""
        blocked = np.zeros(time_s.shape, dtype=bool)
        for _, within in _during(time_s, self._all(kinds.NerveBlock)):
            blocked |= within
        return np.where(blocked, 0.0, 1.0)

    def cuff(self, time_s: Values) -> Values:
        """Share of the flow that a cuff leaves."""
        left = np.ones_like(time_s)
        for entry, within in _during(time_s, self._all(kinds.Cuff)):
            left[within] = np.minimum(left[within], entry.flow)
        return left

    def mtu_length(self, time_s: Values) -> Values:
        """Length of the muscle with its tendon, L0."""
        length = self._mtu_length.at(time_s)
        for walk, share, phase in self._gaits(time_s):
            stance = 0.5 - 0.5 * np.cos(2.0 * np.pi * phase)
            stride = walk.swing_length + (walk.stance_length - walk.swing_length) * stance
            length += share * (stride - length)
        return length

    def pumping(self, time_s: Values) -> tuple[Values, Values]:
        """Pressure that walking adds (mmHg) and the least conductance of vessels that it brings (rest 1; 0 without)."""
        pressure, conductance = np.zeros_like(time_s), np.zeros_like(time_s)
        for walk, share, phase in self._gaits(time_s):
            pressure += share * walk.pressure_mmHg * (0.5 - 0.5 * np.cos(2.0 * np.pi * phase))
            conductance = np.maximum(conductance, share * walk.conductance)
        return pressure, conductance

    def antagonist(self, time_s: Values) -> Values:
        """Ia rate of the antagonist, Hz."""
        rate = np.zeros_like(time_s)
        for entry, within in _during(time_s, self._all(kinds.Antagonist)):
            rate[within] = np.maximum(rate[within], entry.rate_Hz)
        for walk, share, phase in self._gaits(time_s):
            from_swing = np.minimum(phase, 1.0 - phase) / walk.cadence_Hz
            rate = np.maximum(rate, share * walk.antagonist_Hz * (from_swing < 0.5 * walk.antagonist_s))
        return rate

    def tendon_stimulus(self, time_s: Values, interval_s: float) -> Values:
        """Strength of the stimulus to tendon afferents that falls into each interval, 0 where there is none."""
        strength, here = np.zeros_like(time_s), np.round(time_s / interval_s)
        for entry in self._all(kinds.TendonStimulation):
            pulses = np.round((entry.at_s + np.arange(entry.count) * entry.every_s) / interval_s)
            strength = np.maximum(strength, entry.strength * np.isin(here, pulses))
        return strength

    def _gaits(self, time_s: Values) -> Iterator[tuple[kinds.Walking, Values, Values]]:
        """Every walk with how far it is under way (0 to 1) and the phase of its stride (0: middle of swing)."""
        for walk in self._all(kinds.Walking):
            since, left = time_s - walk.at_s, walk.until_s - time_s
            share = np.clip(np.minimum(since, left) / _GAIT_BEGINS_S, 0.0, 1.0)
            yield walk, share, np.mod(since * walk.cadence_Hz, 1.0)
