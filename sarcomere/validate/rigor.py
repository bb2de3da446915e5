"""ATP taken away without calcium: row 15."""

from __future__ import annotations

from functools import cache

import numpy as np
import xarray as xr
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from sarcomere.analysis import attached_fraction, steady_state, stiffness
from sarcomere.half_sarcomere.lattice import build
from sarcomere.parameters import LatticeParameters, load_fibre
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.validate.experiment import FIBRES, REFERENCE_NM, Effort, Experiment, Row, Values, active, of, scenario
from sarcomere.validate.transients import plateau

_TAKEN_S = 0.1
RIGOR_mM = 1e-5  # ten times as much still takes a head in four off within a second
ADP_uM_PER_mM = 2.5  # creatine kinase holds ADP at a constant share of ATP, 20 uM at 8 mM
_ONSET = 0.05  # of the active force: tension that shows beyond doubt
_BATHS = (
    (4.5, 8.0),
    (4.5, RIGOR_mM),
    (9.0, 0.3),
    (9.0, 0.1),
    (9.0, 0.03),
    (9.0, 0.01),
    (9.0, RIGOR_mM),
)  # pCa, mM ATP, which brings its ADP


def duration(effort: Effort) -> float:
    """Return the time for rigor to develop, s."""
    return float(effort.pick(10.0, 8.0))


def rigor(effort: Effort) -> FibreScenario:
    """Describe rigor without calcium as ATP falls, with a release by 1 nm at its end, as in the shipped rigor."""
    end = duration(effort)
    release = end - 0.01
    return scenario(
        effort._replace(replicates=effort.pick(3, 2)),
        "Rigor",
        end,
        [
            {
                "key": ["drive.pCa", "protocol.atp_mM.value.2", "protocol.adp_uM.value.2"],
                "name": ["pCa", "final_atp_mM", "final_adp_uM"],
                "values": [[pca, atp, ADP_uM_PER_mM * atp] for pca, atp in _BATHS],
            }
        ],
        protocol={
            "atp_mM": {"time_s": [0.0, _TAKEN_S, _TAKEN_S], "value": [8.0, 8.0, RIGOR_mM]},
            "adp_uM": {"time_s": [0.0, _TAKEN_S, _TAKEN_S], "value": [20.0, 20.0, ADP_uM_PER_mM * RIGOR_mM]},
            "length": {"time_s": [0.0, release, release], "value": [0.0, 0.0, -1.0], "relative": True},
        },
        record={"sample_interval_ms": 0.2},
    )


@cache
def reachable(within: float) -> float:
    """Return the share of heads that can hold a site all at once, each within a distance of its place.

    Parameters
    ----------
    within : float
        nm; a whole stroke.

    Returns
    -------
    float
        Size of the largest matching of heads to sites over the number of heads, filaments unstrained.
    """
    plan = build(LatticeParameters(n_thick=4))
    at = REFERENCE_NM - plan.head_z
    heads, sites = [], []
    for head, (face, place) in enumerate(zip(plan.head_face, at, strict=True)):
        first, last = plan.face_start[face : face + 2]
        near = first + np.flatnonzero(np.abs(plan.site_s[first:last] - place) <= within)
        heads += [head] * near.size
        sites += near.tolist()
    graph = csr_array((np.ones(len(heads)), (heads, sites)), shape=(plan.head_z.size, plan.site_s.size))
    return float(np.mean(maximum_bipartite_matching(graph, perm_type="column") >= 0))


def onset(force: xr.DataArray, active_force: float) -> float:
    """Return ATP (uM) at which tension without calcium reaches 5 % of the active force; interpolated in the logarithm.

    It is 0 where tension never sets in, and at most the highest ATP tried.
    """
    share = force.sortby("final_atp_mM", ascending=False) / active_force
    above = np.flatnonzero(share.values >= _ONSET)
    if above.size == 0:
        return 0.0
    if above[0] == 0:
        return 1e3 * float(share.final_atp_mM[0])
    pair = share.isel(final_atp_mM=slice(above[0] - 1, above[0] + 1))
    return float(1e3 * np.exp(np.interp(_ONSET, pair.values, np.log(pair.final_atp_mM.values))))


def read_rigor(ds: xr.Dataset, steps: xr.Dataset) -> Values:
    """Read heads, stiffness and onset of tension in rigor; heads and stiffness over those of active steps in the cold.

    In the cold, as where they were measured: warm heads recover within the step of length.
    """
    release = float(ds.time[-1]) - 0.01
    bound = steady_state(attached_fraction(ds), release - 0.2, release)["mean"]
    force = steady_state(active(ds), release - 0.2, release)["mean"]
    stiff, active_stiff = stiffness(ds).stiffness, stiffness(steps).stiffness
    active_bound = attached_fraction(plateau(steps)).mean(("replicate", "time"))
    values = Values()
    for fibre in FIBRES:
        cycle, cold = load_fibre(fibre).cycle, steps.fibre.values == fibre
        mine = ds.fibre.values == fibre
        rested = mine & (ds.final_atp_mM.values == 8.0)
        poor = mine & (ds.final_atp_mM.values == RIGOR_mM) & (ds.pCa.values == 9.0)
        series = force.assign_coords(final_atp_mM=ds.final_atp_mM)[mine & (ds.pCa.values == 9.0)]
        values |= {
            f"bound_{fibre}": float(bound[poor].item()) / reachable(cycle.stroke_1 + cycle.stroke_2),
            f"heads_{fibre}": float(bound[poor].item() / active_bound[cold].mean()),
            f"stiffness_{fibre}": float(stiff[poor].item() / active_stiff[cold].mean()),
            f"onset_{fibre}": onset(series.swap_dims(condition="final_atp_mM"), float(force[rested].item())),
        }
    return values


def drift(ds: xr.Dataset) -> dict[str, tuple[float, float]]:
    """Return rigor force with calcium over active force, by fibre type: half-way and at the end of the record."""
    release = float(ds.time[-1]) - 0.01
    found = {}
    for fibre in FIBRES:
        active_force = steady_state(active(of(ds, fibre=fibre, final_atp_mM=8.0)), release - 0.2, release)[
            "mean"
        ].item()
        poor = active(of(ds, fibre=fibre, pCa=4.5, final_atp_mM=RIGOR_mM))
        ends = (0.5 * release + 0.1, release)
        half, whole = (float(steady_state(poor, end - 0.2, end)["mean"].item()) / active_force for end in ends)
        found[fibre] = (half, whole)
    return found


EXPERIMENTS: dict[str, Experiment] = {"rigor": rigor}
ROWS = {15: Row(("rigor", "steps"), read_rigor)}
