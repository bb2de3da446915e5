"""Time of a step over that of a fixed reference, beside the ratios that were recorded.

python -m benchmarks.ratio              show them
python -m benchmarks.ratio --record     record those of this tree for this kind of processor
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.reference import PASSES, Reference
from sarcomere.parameters import LatticeParameters, Numerics, load_fibre
from sarcomere.recording.provenance import cpu, made_by
from sarcomere.validate.tree import model_version
from tests.support.bench import bench

RECORDED = Path(__file__).with_name("ratio.json")
TOLERANCE = 0.10  # a step may cost so much more than was recorded
CASES = (("fast", 4.5, 0.1), ("fast", 4.5, 0.4), ("slow", 4.5, 0.4), ("fast", 9.0, 0.1))  # fibre, pCa, step (ms)
WARM_UP_MS, STEPS, ROUNDS = 150.0, 20, 100
RECORDINGS = 5  # of which the median is recorded

Work = Callable[[], object]


def steps_of(fibre: str, pca: float, step_ms: float, **numerics: Any) -> Work:
    """Return a round of steps: 16 thick filaments with heads attached, isometric, filaments compliant."""
    b = bench(
        load_fibre(fibre),
        lattice=LatticeParameters(n_thick=16),
        numerics=Numerics(step_ms=step_ms, **numerics),
        pca=pca,
        sample_ms=STEPS * step_ms,
    )
    b.run(round(WARM_UP_MS / step_ms / STEPS) * STEPS * step_ms)
    return lambda: b.run(STEPS * step_ms)


def works_of_the_tree() -> dict[str, Work]:
    """Return the steps that are watched."""
    return {f"{fibre}, pCa {pca:g}, {step} ms": steps_of(fibre, pca, step) for fibre, pca, step in CASES}


def ratios(works: Mapping[str, Work]) -> dict[str, float]:
    """CPU time of a step of each work over that of a pass of the reference.

    Rounds take turns, and each is compared with the reference of its turn; the median of these ratios is given. It
    varies less than the ratio of the least times, as a neighbour on the machine slows both.
    """
    reference = Reference()
    reference.round(0)  # compiled
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        passing = _cpu_of(reference.round) / PASSES
        for name, work in works.items():
            taken[name].append(_cpu_of(work) / STEPS / passing)
    return {name: statistics.median(each) for name, each in taken.items()}


def _cpu_of(work: Work) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def slower(found: Mapping[str, float], recorded: Mapping[str, float]) -> list[str]:
    """Say which steps are slower than was recorded, beyond the tolerance."""
    return [
        f"{name}: {ratio:.2f} of the reference, {ratio / recorded[name] - 1:+.0%} from {recorded[name]:.2f}"
        for name, ratio in found.items()
        if ratio > (1.0 + TOLERANCE) * recorded[name]
    ]


def recorded() -> dict[str, Any]:
    """What was recorded for each kind of processor: ratios, and what made them."""
    read: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return read


def record() -> None:
    """Record the ratios of this tree for this kind of processor."""
    works = works_of_the_tree()
    found = [ratios(works) for _ in range(RECORDINGS)]
    medians = {name: round(statistics.median(each[name] for each in found), 3) for name in works}
    entry = {**made_by(), "model": model_version(), "ratios": medians}
    RECORDED.write_text(json.dumps(recorded() | {cpu(): entry}, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--record" in sys.argv[1:]:
        record()
        print(f"Recorded: {RECORDED}")
    else:
        before = recorded().get(cpu(), {}).get("ratios", {})
        for case, ratio in ratios(works_of_the_tree()).items():
            print(
                f"{case}: {ratio:.2f} of the reference" + (f", recorded {before[case]:.2f}" if case in before else "")
            )
