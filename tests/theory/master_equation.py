"""Independent oracle: the master equation of one head among rigid sites, written from the equations alone.

Rates in 1/s, lengths in nm, straight from the published parameters; nothing of the package's kernels or of ``pack``.
"""

from __future__ import annotations

import numpy as np

from sarcomere.parameters import Chemistry, CycleParameters

KB, R = 1.380649e-2, 8.314462618


def solve_head(p: CycleParameters, c: Chemistry, x_sites: np.ndarray) -> tuple[float, float, float]:
    """Bound fraction, mean force (pN) and ATPase (1/s) of a head that can reach sites at strains x_sites.

    States: 0 MT, 1 MDP, then A1, A2, A3, RIGOR for each site.
    """
    kt = KB * (c.temperature_C + 273.15)
    rt = R * (c.temperature_C + 273.15)
    adp, pi, atp = c.adp_uM * 1e-6, c.pi_mM * 1e-3, c.atp_mM * 1e-3
    n = 2 + 4 * len(x_sites)
    q = np.zeros((n, n))

    def rate(i: int, j: int, value: float) -> None:
        q[j, i] += value
        q[i, i] -= value

    rate(0, 1, p.k_hydrolysis)
    rate(1, 0, p.k_hydrolysis / p.hydrolysis_equilibrium)
    closure = p.hydrolysis_equilibrium * p.attach_equilibrium * p.stroke_equilibrium_M
    closure *= p.isomerise_equilibrium * p.adp_dissociation_uM * 1e-6
    k_t0 = np.exp(-c.delta_g0_kJ * 1e3 / rt) / closure
    force = np.zeros(n)
    strokes = (0.0, p.stroke_1, p.stroke_1 + p.stroke_2, p.stroke_1 + p.stroke_2)
    for s, x in enumerate(x_sites):
        a1, a2, a3, r = range(2 + 4 * s, 6 + 4 * s)
        e1, e2, e3 = (0.5 * p.stiffness_head * (x + h) ** 2 / kt for h in strokes[:3])
        phi = 1 + np.exp(min(12.0, 2 * p.stiffness_head * (abs(x) - p.x_critical) / kt))
        rate(1, a1, p.k_attach * np.exp(-e1) * phi)
        rate(a1, 1, p.k_attach / p.attach_equilibrium * phi)
        w = p.k_stroke * np.exp(-p.stroke_split * (e2 - e1))
        w = w * p.stroke_cap / (w + p.stroke_cap)
        rate(a1, a2, w)
        rate(a2, a1, min(w * pi / p.stroke_equilibrium_M * np.exp(e2 - e1), 1e9))
        w = p.k_isomerise * np.exp(-(e3 - e2))
        w = w * p.isomerise_cap / (w + p.isomerise_cap)
        rate(a2, a3, w)
        rate(a3, a2, min(w * np.exp(e3 - e2) / p.isomerise_equilibrium, 1e9))
        rate(a3, r, p.k_adp_release)
        rate(r, a3, p.k_adp_release * adp / p.adp_dissociation_uM * 1e6)
        rate(r, 0, p.k_atp_bind * atp)
        rate(0, r, p.k_atp_bind / k_t0 * np.exp(-e3))
        force[a1 : r + 1] = [p.stiffness_head * (x + h) for h in strokes]
    a = np.vstack([q, np.ones(n)])
    occupancy = np.linalg.lstsq(a, np.append(np.zeros(n), 1.0), rcond=None)[0]
    flux = p.k_hydrolysis * occupancy[0] - p.k_hydrolysis / p.hydrolysis_equilibrium * occupancy[1]
    return float(occupancy[2:].sum()), float(occupancy @ force), float(flux)
