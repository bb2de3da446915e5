"""A step must not cost over 10 % more than was recorded, in units of a fixed reference in the same process.

python -m pytest benchmarks/test_ratio.py      seconds, with compiled kernels
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from benchmarks.ratio import ratios, recorded, slower, works_of_the_tree
from sarcomere.recording.provenance import cpu

pytestmark = pytest.mark.benchmark(timer=time.process_time)
ATTEMPTS = 3  # what is slower is so every time; a neighbour on the machine is not


def test_no_step_is_slower_than_was_recorded(benchmark: Any) -> None:
    known = recorded().get(cpu())
    if known is None:
        pytest.skip(f"no ratio is recorded for {cpu()}: python -m benchmarks.ratio --record")
    works = works_of_the_tree()
    found = benchmark.pedantic(lambda: ratios(works), rounds=1)
    for _ in range(ATTEMPTS - 1):
        if not slower(found, known["ratios"]):
            break
        again = ratios(works)
        found = {name: min(ratio, again[name]) for name, ratio in found.items()}
    benchmark.extra_info.update({name: round(ratio, 3) for name, ratio in found.items()})
    print("", *(f"{name}: {ratio:.2f} ({known['ratios'][name]:.2f})" for name, ratio in found.items()), sep="\n")
    faults = slower(found, known["ratios"])
    assert not faults, (
        "; ".join(faults) + f", of {known['model']}. If a step is meant to cost that, "
        "record anew: python -m benchmarks.ratio --record"
    )
