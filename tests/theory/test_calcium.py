"""Calcium against thermodynamics: where the pump of the sarcoplasmic reticulum stalls."""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.parameters import Chemistry, LatticeParameters
from sarcomere_kernels import types as k
from tests.support.bench import bench, fibre

WEAK = Chemistry(adp_uM=1e3, pi_mM=50.0, atp_mM=5.0, delta_g0_kJ=-12.0)  # a gradient of about 100 is all it can hold


def stalled(pump_reverse: float = 1.0) -> float:
    """Calcium of the myoplasm over that of the SR once nothing moves any more; no leak, no units."""
    one = LatticeParameters(n_thick=1)
    b = bench(fibre("fast"), lattice=one, chemistry=WEAK, regulated=False, clamped=False, sample_ms=5.0)
    changed = b.model.fibre._replace(k_leak=0.0, pump_reverse=pump_reverse * b.model.fibre.pump_reverse)
    b = b._replace(model=b.model._replace(fibre=changed))
    b.run(3000.0)
    pumped = b.state.calcium[k.Pool.PUMPED]
    b.run(50.0)
    assert abs(b.state.calcium[k.Pool.PUMPED] - pumped) < 1e-3  # uM, of hundreds
    return float(b.state.calcium[k.Pool.FREE] / b.state.calcium[k.Pool.SR])


def test_pump_stalls_where_two_ions_cost_what_an_atp_yields() -> None:
    assert 2.0 * np.log(stalled()) == pytest.approx(WEAK.delta_g, rel=1e-3)


def test_another_reverse_rate_stalls_elsewhere() -> None:
    """Negative control: the way back 10 % faster."""
    assert 2.0 * np.log(stalled(1.1)) != pytest.approx(WEAK.delta_g, rel=5e-3)
