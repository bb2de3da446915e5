"""What the kernels take, made once for every chemistry, way of holding the ends and length of step."""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

from sarcomere.half_sarcomere import pack
from sarcomere.half_sarcomere.acidosis import acidified
from sarcomere.half_sarcomere.clock import TICKS
from sarcomere.half_sarcomere.pack import Parts, Sampled
from sarcomere.parameters import Chemistry, FibreParameters
from sarcomere.parameters.metabolism import EnergyParameters
from sarcomere_kernels import types as k

_KEPT = 64  # about 1 MB each


class Conditions(NamedTuple):
    """What a model depends on besides its fibre type and lattice."""

    chemistry: Chemistry
    ph: float | None = None  # None: that of rest
    force_control: bool = False  # the end hangs on the load alone
    halvings: int = 0  # of the longest step


def scaled(
    fibre: FibreParameters, temperature_C: float, energy: EnergyParameters | None = None, ph: float | None = None
) -> FibreParameters:
    """Scale the rates of a fibre to temperature and pH; the only place where that is done.

    Parameters
    ----------
    fibre : FibreParameters
        At 37 C and the pH of rest.
    temperature_C : float
        Temperature.
    energy : EnergyParameters, optional
        Effects of acid; needed with ``ph``.
    ph : float, optional
        pH; that of rest if not given.

    Returns
    -------
    FibreParameters
    """
    at_ph = acidified(fibre, energy, ph) if energy is not None and ph is not None else fibre
    cooled = {"cycle": at_ph.cycle.at(temperature_C), "off_state": at_ph.off_state.at(temperature_C)}
    return at_ph.model_copy(update=cooled)


class Models:
    """Models of one fibre type in one lattice; rows, replicates and threads share what is made once.

    Parameters
    ----------
    parts : Parts
        Fibre type, lattice, elastic elements and numerics.
    rest : Chemistry
        Chemistry at time zero, at which the leak of the SR balances its pump.
    hs_length : float
        Length at which the half-sarcomere starts, nm.
    sampled : Sampled
        How often.
    regulated : bool
        False holds every regulatory unit open.
    clamped : bool
        True imposes free calcium.
    energy : EnergyParameters, optional
        Effects of acid, where pH may change.

    Attributes
    ----------
    fibre : FibreParameters
        As given.
    base : sarcomere_kernels.types.Model
        The model at time zero.
    """

    def __init__(
        self,
        parts: Parts,
        rest: Chemistry,
        hs_length: float,
        sampled: Sampled,
        *,
        regulated: bool = True,
        clamped: bool = False,
        energy: EnergyParameters | None = None,
    ) -> None:
        self.fibre = parts.fibre
        self._lattice, self._numerics, self._energy = parts.lattice, parts.numerics, energy
        self._lock = Lock()
        self.base = pack.pack_model(
            parts._replace(fibre=scaled(parts.fibre, rest.temperature_C)),
            rest,
            hs_length,
            sampled,
            regulated=regulated,
            clamped=clamped,
        )
        self._kept = {Conditions(rest): self.base}

    def model(self, conditions: Conditions) -> k.Model:
        """Return the model that holds under the given conditions."""
        with self._lock:
            if conditions not in self._kept:
                if len(self._kept) >= _KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[conditions] = self._build(conditions)
            return self._kept[conditions]

    def _build(self, conditions: Conditions) -> k.Model:
        chemistry, base, lattice = conditions.chemistry, self.base, self._lattice
        fibre = scaled(self.fibre, chemistry.temperature_C, self._energy, conditions.ph)
        step_ms = self._numerics.step_ms / 2**conditions.halvings
        numerics = self._numerics.model_copy(update={"step_ms": step_ms})
        length = base.lattice.reference_length
        off = pack.pack_off_state(fibre.off_state)
        cycle = pack.pack_cycle(fibre.cycle, fibre.regulation, chemistry, lattice, length)
        calcium = pack.pack_fibre(fibre.calcium, chemistry, lattice, length, numerics, clamped=base.fibre.clamped == 1)
        loaded = base.mechanics._replace(free_end=1, stiffness_series=0.0)
        return base._replace(
            cycle=cycle,
            table=pack.pack_table(cycle, off, base.lattice, numerics),
            thick=off,
            mechanics=loaded if conditions.force_control else base.mechanics,
            fibre=calcium._replace(k_leak=base.fibre.k_leak),  # the membrane leaks as before
            regulation=pack.pack_regulation(fibre.regulation, base.regulation.regulated == 1, numerics.step_ms),
            sampling=base.sampling._replace(step=float(step_ms), ticks=TICKS >> conditions.halvings),
        )
