"""Comparing runs bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from sarcomere.recording import seal
from sarcomere.recording.opening import check_seal


def load(path: Path) -> xr.Dataset:
    """A finished run, read whole; as ``open_run`` does, by another library, which is 30 times faster."""
    check_seal(path)
    with xr.open_dataset(path, engine="netcdf4", decode_times=False) as ds:
        ds.attrs.pop(seal.SEAL_ATTRIBUTE, None)
        return ds.load()


def bits(values: np.ndarray) -> bytes:
    """The bits of an array; texts as characters, not as pointers."""
    return (values.astype("U") if values.dtype.kind == "O" else values).tobytes()


def differing(a: xr.Dataset, b: xr.Dataset, names: Sequence[str] = ()) -> list[str]:
    """Names of the variables, or attributes, that are not the same bit for bit."""
    wrong = [name for name in names or {**a.variables, **b.variables} if bits(a[name].values) != bits(b[name].values)]
    return wrong if names else wrong + [name for name in {**a.attrs, **b.attrs} if a.attrs[name] != b.attrs[name]]


def events(ds: xr.Dataset) -> list[str]:
    """Names of the tables of events of a run."""
    return [str(name).removesuffix("_replicate") for name in ds.data_vars if str(name).endswith("_replicate")]


def of_replicate(ds: xr.Dataset, label: int) -> xr.Dataset:
    """One replicate, its events too."""
    chosen = {event: np.flatnonzero(ds[f"{event}_replicate"].values == label) for event in events(ds)}
    return ds.sel(replicate=[label]).isel(chosen)


def differing_at_first(longer: xr.Dataset, shorter: xr.Dataset) -> list[str]:
    """Names of the variables that a run does not begin with as another, which ends earlier, holds them."""
    growing = {"time", "snapshot_time", *events(shorter)} & set(shorter.dims)
    beginning = longer.isel({dim: slice(shorter.sizes[dim]) for dim in growing})
    return differing(beginning, shorter, [str(name) for name, v in shorter.variables.items() if growing & set(v.dims)])
