"""Points of an ensemble: take one out as the run it is, apply a function to each."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.errors import InputError, nearest
from sarcomere.parameters.tables import merge

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_CELL = "cell"  # along which points are joined
_CLOSE = 1e-9  # relative; values of a range such as 5:6:11 are not what one types


def point_dims(ds: xr.Dataset) -> tuple[str, ...]:
    """Compute dimensions of the points of an ensemble.

    Parameters
    ----------
    ds : xarray.Dataset
        A run, or an ensemble that ``open_ensemble`` opened.

    Returns
    -------
    tuple of str
        None for a run.
    """
    return tuple(str(dim) for dim in ds["point"].dims) if _is_ensemble(ds) else ()


def _is_ensemble(ds: xr.Dataset) -> bool:
    return {"point", "done", "own_attributes"} <= ds.coords.keys()


def need_run(ds: xr.Dataset) -> None:
    """Refuse an ensemble where one run is meant.

    Raises
    ------
    InputError
        If the Dataset holds a whole sweep.
    """
    if _is_ensemble(ds):
        raise InputError("This Dataset holds a whole sweep; take one run of it with sarcomere.select_run.")


def select_run(ds: xr.Dataset, **labels: Any) -> xr.Dataset:
    """Compute one point of an ensemble in exactly the form of a run.

    Parameters
    ----------
    ds : xarray.Dataset
        What ``open_ensemble`` opened, or a part of it.
    **labels : any
        Value of each varied key by its name, such as ``atp_mM=0.1``, or ``point=17``; those that tell the point.

    Returns
    -------
    xarray.Dataset
        As ``open_run`` gives it: the replicates that are done, all dimensions as long as they were, the events and
        attributes of this point alone.

    Raises
    ------
    InputError
        If no point or several have these labels, no run of it is done, or points differ in length along a dimension
        that was cut.
    """
    if not _is_ensemble(ds):
        raise InputError(
            "select_run: takes what sarcomere.open_ensemble opened, which has the coordinates point and done."
        )
    return _run_at(ds, _place(ds, labels))


def _place(ds: xr.Dataset, labels: Mapping[str, Any]) -> dict[str, int]:
    """Return the index along each dimension of the points of the one point with these labels."""
    dims = point_dims(ds)
    names = _label_names(ds)
    fits = np.ones(ds.point.shape, dtype=bool)
    for name, value in labels.items():
        if name not in names:
            raise InputError(f"select_run: the points have no '{name}'; {nearest(name, names)}")
        values = ds[name]
        same = np.array([_equal(each, value) for each in values.values.ravel().tolist()], dtype=bool)
        if not same.any():
            known = ", ".join(map(str, dict.fromkeys(values.values.ravel().tolist())))
            raise InputError(f"select_run: no point has {name} = {value}; there are {known}.")
        fits &= (
            xr.DataArray(same.reshape(values.shape), dims=values.dims).broadcast_like(ds.point).transpose(*dims).values
        )
    found = np.argwhere(fits)
    if len(found) != 1:
        said = ", ".join(f"{name} = {value}" for name, value in labels.items()) or "no label"
        others = ", ".join(name for name in names if name not in labels)
        raise InputError(f"select_run: {len(found)} points have {said}; tell them apart by {others}.")
    return dict(zip(dims, found[0].tolist(), strict=True))


def _label_names(ds: xr.Dataset) -> list[str]:
    return [str(name) for name, values in ds.coords.items() if _is_label(ds, values)] + ["point"]


def _is_label(ds: xr.Dataset, values: xr.DataArray) -> bool:
    """Whether a coordinate says what was varied; that of a series within a run says it too, but along a run's axis."""
    return "key" in values.attrs and set(values.dims) <= set(ds.point.dims)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, int) and isinstance(b, int):
        return a == b  # seeds may be large and neighbours
    numbers = isinstance(a, int | float) and isinstance(b, int | float)
    return bool(np.isclose(a, b, rtol=_CLOSE, atol=0)) if numbers else str(a) == str(b)


def _run_at(ds: xr.Dataset, place: Mapping[str, int]) -> xr.Dataset:
    """Return a point as the run it is."""
    run = ds.isel(place)
    done = np.flatnonzero(run.done.values)
    if not done.size:
        raise InputError(f"select_run: no run of point {int(run.point)} is done yet; go on with the sweep.")
    own = json.loads(str(run.own_attributes.values)) if str(run.own_attributes.values) else {}
    lengths = {str(dim): f"{dim}_size" for dim in run.dims if f"{dim}_size" in run.coords}
    _check_whole(run, lengths)
    extents: dict[Any, Any] = {dim: slice(int(run[size])) for dim, size in lengths.items()}
    if "replicate" in run.dims:
        extents["replicate"] = done
    run = run.isel(extents | _own_events(run))
    labels = [name for name, values in ds.coords.items() if _is_label(ds, values)]
    of_sweep = {*labels, "point", "done", "own_attributes", *lengths.values(), *own.pop("absent", [])}
    run = run.drop_vars([*of_sweep, *(f"{event}_point" for event in _event_dims(run))], errors="ignore")
    return _as_recorded(run).assign_attrs(_attributes(ds, own)).pipe(_without_sweep)


def _check_whole(run: xr.Dataset, lengths: Mapping[str, str]) -> None:
    """Refuse dimensions of which a part was taken: where each point ends is counted from the beginning of the whole."""
    for dim, length in lengths.items():
        whole = run[length].attrs.get("whole_size")
        if run.sizes[dim] != whole:
            raise InputError(
                f"select_run: {dim} was cut to {run.sizes[dim]} of {whole} before the point was taken; select the "
                f"point first, then cut {dim}."
            )


def _event_dims(ds: xr.Dataset) -> list[str]:
    return [str(dim) for dim in ds.dims if f"{dim}_point" in ds.variables]


def _own_events(run: xr.Dataset) -> dict[Any, NDArray[np.int64]]:
    """Return rows of each table of events that belong to the point and the replicates that are left."""
    rows = {}
    for event in _event_dims(run):
        mine = np.flatnonzero(run[f"{event}_point"].values == int(run.point))
        whose = run[f"{event}_replicate"].isel({event: mine}).values
        rows[event] = mine[np.isin(whose, run.replicate.values)]
    return rows


def _as_recorded(run: xr.Dataset) -> xr.Dataset:
    """Return whole numbers as such again, and an index along each dimension that has one in a run."""
    for name, variable in run.variables.items():
        kept = np.dtype(variable.encoding.get("dtype", variable.dtype))
        if kept.kind in "iu" and variable.dtype.kind == "f" and np.isfinite(variable.values).all():
            run = run.assign({name: variable.astype(kept)})
    for dim in run.dims:
        if dim in run.coords and dim not in run.indexes:
            run = run.assign_coords({dim: run[dim].variable})
    return run


def _attributes(ds: xr.Dataset, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes of one point."""
    parameters = merge(json.loads(ds.attrs.get("parameters", "{}")), own.get("parameters", {}))
    return {**own, "parameters": json.dumps(parameters, sort_keys=True)}


def _without_sweep(run: xr.Dataset) -> xr.Dataset:
    run.attrs = {name: value for name, value in run.attrs.items() if name not in ("sweep", "file_sha256")}
    return run


def each_point(function: Callable[..., Any], ds: xr.Dataset, *args: Any, **kwargs: Any) -> xr.Dataset | xr.DataArray:
    """Apply a function of a run to every point of an ensemble.

    Parameters
    ----------
    function : callable
        Takes a run, and ``args`` and ``kwargs``; gives a Dataset, a DataArray, a number or any other thing.
    ds : xarray.Dataset
        What ``open_ensemble`` opened, or a part of it; a run is passed on as it is.
    *args, **kwargs : any
        For the function. Of an ensemble among them, and of a Dataset or DataArray with dimensions of the points, the
        function gets what belongs to its point and to the replicates that are done.

    Returns
    -------
    xarray.Dataset or xarray.DataArray
        Results along the dimensions of the points; where no run of a point is done NaN, for truth values False and for
        texts an empty one. What is no number and not from xarray becomes an array of objects.

    Raises
    ------
    InputError
        If nothing is done, or points differ in length along a dimension that was cut.
    """
    if not _is_ensemble(ds):
        return cast("xr.Dataset | xr.DataArray", function(ds, *args, **kwargs))
    dims = point_dims(ds)
    found = {}
    for cell, index in enumerate(np.ndindex(*ds.point.shape)):
        place = dict(zip(dims, index, strict=True))
        if ds.done.isel(place).any():
            run = _run_at(ds, place)
            rest = [_of_point(value, ds, place, run) for value in args]
            named = {name: _of_point(value, ds, place, run) for name, value in kwargs.items()}
            found[cell] = _labelled(function(run, *rest, **named))
    if not found:
        raise InputError("each_point: no run is done yet; go on with the sweep.")
    spread: xr.Dataset | xr.DataArray = _spread(ds, found)
    return spread


def pointwise(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a function of a run take an ensemble, point by point.

    Parameters
    ----------
    function : callable
        Its first argument is a run.

    Returns
    -------
    callable
        Of a run it gives what ``function`` does, of an ensemble what ``each_point`` does.
    """

    first = next(iter(inspect.signature(function).parameters))

    @functools.wraps(function)
    def of_run_or_ensemble(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        ds, rest = (args[0], args[1:]) if args else (kwargs.get(first), ())
        if not isinstance(ds, xr.Dataset) or not _is_ensemble(ds):
            return function(*args, **kwargs)
        others = {name: value for name, value in kwargs.items() if name != first}
        return cast(Result, each_point(function, ds, *rest, **others))

    return of_run_or_ensemble


def _of_point(value: Any, ds: xr.Dataset, place: Mapping[str, int], run: xr.Dataset) -> Any:
    """Find what of an argument belongs to a point of an ensemble."""
    if not isinstance(value, xr.Dataset | xr.DataArray):
        return value
    own = {dim: _index(value, dim, ds, i) for dim, i in place.items() if dim in value.dims}
    if isinstance(value, xr.Dataset) and _is_ensemble(value):
        return _run_at(value, own)
    part = value.isel(own, drop=True)
    return part.sel(replicate=run.replicate) if own and "replicate" in part.indexes else part


def _index(value: xr.Dataset | xr.DataArray, dim: str, ds: xr.Dataset, i: int) -> int:
    """Find where a point of an ensemble lies along a dimension of an argument."""
    if dim not in value.indexes or dim not in ds.indexes:
        return i
    label = ds.indexes[dim][i]
    found = np.flatnonzero([_equal(each, label) for each in value.indexes[dim].tolist()])
    if found.size != 1:
        raise InputError(f"each_point: an argument has {found.size} points with {dim} = {label}; give the same points.")
    return int(found[0])


def _labelled(result: Any) -> Any:
    if isinstance(result, xr.Dataset | xr.DataArray):
        return result
    if isinstance(result, int | float | np.number | np.bool_):
        return xr.DataArray(result)
    cell = np.empty((), dtype=object)
    cell[()] = result
    return xr.DataArray(cell)


def _absent(values: xr.DataArray) -> Any:
    """Find what stands where there is no run."""
    return {"b": False, "U": "", "T": ""}.get(values.dtype.kind, np.nan)


def _spread(ds: xr.Dataset, found: Mapping[int, Any]) -> Any:
    """Return results of the points along the dimensions that the points have."""
    dims, shape = point_dims(ds), ds.point.shape
    cells = xr.Variable(_CELL, list(found))
    first = next(iter(found.values()))
    absent = _absent(first) if isinstance(first, xr.DataArray) else {name: _absent(first[name]) for name in first}
    joined = xr.concat(
        list(found.values()),
        dim=cells,
        join="outer",
        fill_value=absent,
        coords="different",
        compat="equals",
        combine_attrs="drop_conflicts",
    )
    joined = joined.assign_coords({_CELL: cells}).reindex({_CELL: np.arange(ds.point.size)}, fill_value=absent)
    joined = joined.drop_vars(_CELL)
    if len(dims) > 1:
        places = np.unravel_index(np.arange(ds.point.size), shape)
        numbers = {f"{_CELL}_{dim}": (_CELL, place) for dim, place in zip(dims, places, strict=True)}
        joined = joined.assign_coords(numbers).set_index({_CELL: list(numbers)}).unstack(_CELL)
        joined = joined.rename({f"{_CELL}_{dim}": dim for dim in dims}).drop_vars(dims)
    else:
        joined = joined.rename({_CELL: dims[0]}) if dims else joined.isel({_CELL: 0}, drop=True)
    kept = [name for name, values in ds.coords.items() if name == "point" or _is_label(ds, values)]
    kept += ["done"] if "replicate" in joined.dims else []
    return joined.transpose(*dims, ...).assign_coords({name: ds[name].variable for name in kept})
