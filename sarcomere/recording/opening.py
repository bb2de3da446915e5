"""Open the file of a run."""

from __future__ import annotations

import os
from pathlib import Path

import xarray as xr

from sarcomere.errors import StoreError
from sarcomere.recording import seal
from sarcomere.recording.netcdf import DAMAGED


def open_run(path: str | Path) -> xr.Dataset:
    """Open a run file, finished or ``.part``; the same as ``xarray.open_dataset`` but with clearer errors.

    Parameters
    ----------
    path : str or pathlib.Path
        File written by ``sarcomere run``.

    Returns
    -------
    xarray.Dataset
        Lazily loaded.

    Raises
    ------
    StoreError
        If there is no such file, it is not a run, or it is not as it was written.
    """
    if not os.path.isfile(path):
        raise StoreError(f"{path}: no such run file; give the .h5 that 'sarcomere run' wrote.")
    check_seal(path)
    try:
        ds = xr.open_dataset(path, engine="h5netcdf", decode_times=False, phony_dims="sort")
    except DAMAGED as error:
        raise StoreError(f"{path}: is not a readable HDF5 run ({error}); run the scenario again.") from None
    if not {"kernel_hash", "parameters"} <= ds.attrs.keys():
        ds.close()
        raise StoreError(f"{path}: was not written by sarcomere; give the .h5 that 'sarcomere run' wrote.")
    if "sweep" in ds.attrs:
        ds.close()
        raise StoreError(
            f"{path}: holds a whole sweep; open it with sarcomere.open_ensemble and take a run with "
            f"sarcomere.select_run."
        )
    ds.attrs.pop(seal.SEAL_ATTRIBUTE, None)  # of the file, not of the run
    return ds


def check_seal(path: str | Path) -> None:
    """Refuse a file that is not as it was written; one without a digest is taken as it is.

    Raises
    ------
    StoreError
        If its digest differs, or it cannot be read.
    """
    try:
        seal.check(Path(path))
    except seal.NoSealError:
        return
    except (OSError, seal.BrokenSealError) as error:
        raise StoreError(f"{path}: {error}; run the scenario again.") from None
