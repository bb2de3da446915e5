"""Every example of docs/analysis.md runs, in order, on small series of the right kinds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.support.series_of_each_kind import dataset

GUIDE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")


def test_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for kind in sorted(set(re.findall(r'open_run\("([\w-]+)\.h5"\)', GUIDE))):
        ds = dataset("cramp" if kind == "nocturnal-calf-cramp" else kind)
        parameters = json.loads(ds.attrs.get("parameters", "{}"))
        parameters["run"] = {"duration_s": 1.0, **parameters.get("run", {})}
        whole = {"title": kind, "seed": 1, "kernel_hash": "", "parameters": json.dumps(parameters)}
        ds = ds.assign_attrs({**whole, **ds.attrs, "parameters": whole["parameters"]})
        if kind == "nocturnal-calf-cramp":
            ds.to_netcdf(f"{kind}.h5", engine="h5netcdf")
            continue
        dims = ("replicate", "condition", "exit_path", "dwell")
        counts = np.ones([ds.sizes["replicate"], ds.sizes["condition"], 2, 5], dtype=int)
        ds = ds.assign(dwell_count=(dims, counts)).assign_coords(
            exit_path=["reversal", "atp_cycle"], dwell=[0.1, 0.2, 0.5, 1.0, 2.0]
        )
        ds.to_netcdf(f"{kind}.h5", engine="h5netcdf")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert len(blocks) >= 8
    for block in blocks:
        exec(block, names)
    assert Path("force-pca.png").stat().st_size > 0
