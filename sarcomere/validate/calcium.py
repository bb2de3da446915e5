"""Force against calcium at three lengths: rows 5 and 6."""

from __future__ import annotations

import xarray as xr

from sarcomere.analysis import hill_calcium
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.validate.experiment import FIBRES, Effort, Experiment, Row, Values, late_force, of, scenario

SHORT_NM, LONG_NM = 1150.0, 1450.0  # sarcomeres of 2.3 and 2.9 um


def force_pca(effort: Effort) -> FibreScenario:
    """Describe steady force against calcium, as in the shipped force-pca."""
    full = [6.6, 6.3, 6.15, 6.05, 5.95, 5.85, 5.75, 5.65, 5.5, 4.5]
    pca = effort.pick(full, [6.4, 6.1, 5.95, 5.85, 5.75, 5.6, 4.5])
    return scenario(effort, "Force and calcium", effort.pick(1.5, 1.2), [{"key": "drive.pCa", "values": pca}])


def force_pca_lengths(effort: Effort) -> FibreScenario:
    """Describe the same on the ascending limb and beyond the plateau."""
    pca = effort.pick([6.3, 6.1, 6.0, 5.9, 5.8, 5.7, 5.5, 4.5], [6.1, 5.95, 5.85, 5.75, 5.6, 4.5])
    return scenario(
        effort,
        "Force and calcium at two lengths",
        effort.pick(1.5, 1.0),
        [
            {"key": "run.hs_length", "name": "held_length", "values": [SHORT_NM, LONG_NM]},
            {"key": "drive.pCa", "values": pca},
        ],
    )


def curve(ds: xr.Dataset) -> xr.Dataset:
    """Return Hill's curve through the steady force of all conditions, every point with the same weight."""
    force = late_force(ds)
    return hill_calcium(force, ds.pCa, "condition")


def read_sensitivity(ds: xr.Dataset) -> Values:
    """Read sensitivity and steepness of both fibre types."""
    values = Values()
    for fibre in FIBRES:
        found = curve(of(ds, fibre=fibre))
        values |= {f"pCa50_{fibre}": float(found.pCa50), f"nH_{fibre}": float(found.nH)}
    return {**values, "difference": values["pCa50_slow"] - values["pCa50_fast"]}


def read_shift(ds: xr.Dataset) -> Values:
    """Find how much more sensitive the longer sarcomere is."""
    return {
        f"shift_{fibre}": float(
            curve(of(ds, fibre=fibre, held_length=LONG_NM)).pCa50
            - curve(of(ds, fibre=fibre, held_length=SHORT_NM)).pCa50
        )
        for fibre in FIBRES
    }


EXPERIMENTS: dict[str, Experiment] = {"force_pca": force_pca, "force_pca_lengths": force_pca_lengths}
ROWS = {5: Row(("force_pca",), read_sensitivity), 6: Row(("force_pca_lengths",), read_shift)}
