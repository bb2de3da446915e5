"""Force against length: the optimum and the limbs on either side."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.select.conditions import by_point, unnamed
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Curve, Quantity, fit
from sarcomere.analysis.statistics.line import straight
from sarcomere.analysis.statistics.steady import need, steady_state

PLATEAU = 0.9  # of the highest force: limbs are below it
FOOT = 0.1  # and above this, since they bend at the foot
_ASCENDING = straight(
    Quantity("ascending", "1/um", "slope of the ascending limb, F0 per um of sarcomere"),
    Quantity("ascending_at_zero", "1", "intercept of the ascending limb"),
)
_DESCENDING = straight(
    Quantity("descending", "1/um", "slope of the descending limb, F0 per um of sarcomere"),
    Quantity("descending_at_zero", "1", "intercept of the descending limb"),
)
_TOP = Curve(
    lambda x, top, optimum, bend, skew: top - bend * (x - optimum) ** 2 + skew * (x - optimum) ** 3,
    (
        Quantity("top", "1", "height of the cubic"),
        Quantity("optimum", "um", "sarcomere length of the highest active force"),
        Quantity("bend", "1/um^2", "curvature of the cubic", 0, np.inf),
        Quantity("skew", "1/um^3", "its asymmetry: limbs differ in slope"),
    ),
    lambda x, y: [float(y.max()), float(x[np.argmax(y)]), 1.0, 0.0],
)
TOP_PART = 0.75


@pointwise
def force_length(ds: xr.Dataset, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute steady active force of a series of lengths, its optimum and limbs.

    The optimum is the maximum of a cubic through the points above 75 % of the highest force, a parabola being drawn
    toward the less steep limb; limbs are straight lines
    through those between 10 and 90 % on either side of it.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of isometric contractions at different lengths.
    start, stop : float, optional
        Window (s) in which force is steady; by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        ``sarcomere_length`` (µm), ``force``, ``force_sem``, ``titin`` (pN per thick filament) by ``fibre`` and
        ``measurement``; ``optimum`` (µm), ``ascending`` and ``descending`` (highest force per µm), with ``_ci``, by
        ``fibre``; NaN with too few points: three for a limb, five for the optimum.

    Raises
    ------
    InputError
        If the window is empty.
    """
    need(ds, "force", "titin_force", "hs_length")
    ds = unnamed(ds)
    force = steady_state(ds.force - ds.titin_force, start, stop)
    length = 2e-3 * steady_state(ds["hs_length"], start, stop)["mean"]  # two half-sarcomeres, nm to µm
    titin = steady_state(ds.titin_force, start, stop)["mean"]
    points = by_point(
        xr.Dataset(
            {
                "sarcomere_length": length.assign_attrs(units="um", long_name="sarcomere length"),
                "force": force["mean"].assign_attrs(units="pN", long_name="active force per thick filament"),
                "force_sem": force["sem"],
                "titin": titin,
            }
        )
    )
    x, highest = points.sarcomere_length, points.force.max("measurement")
    share, sem = points.force / highest, points.force_sem / highest
    found = fit(_TOP, x.where(share > TOP_PART), share, "measurement", sem)[["optimum", "optimum_ci"]]
    middle = x.isel(measurement=points.force.argmax("measurement")).drop_vars("measurement", errors="ignore")
    limb = (share > FOOT) & (share < PLATEAU)
    up = fit(_ASCENDING, x.where(limb & (x < middle)), share, "measurement", sem)
    down = fit(_DESCENDING, x.where(limb & (x > middle)), share, "measurement", sem)
    return xr.merge(
        [points, found, up[["ascending", "ascending_ci"]], down[["descending", "descending_ci"]]], compat="override"
    )
