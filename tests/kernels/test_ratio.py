"""The watch on the speed of a step notices a slower kernel, and only that (``benchmarks/test_ratio.py``)."""

from __future__ import annotations

import pytest

from benchmarks import ratio
from benchmarks.ratio import ratios, recorded, slower, steps_of
from benchmarks.reference import MOVED, Reference


def test_a_slower_kernel_is_noticed_and_an_equal_one_is_not(kernels: None) -> None:
    """Forces balanced to a hundred-thousandth of the tolerance take a fifth to a third more of a step's time.

    Equal kernels in one process differ by 1 %, so that a tenth does not come by chance.
    """
    works = {
        "recorded": steps_of("fast", 4.5, 0.1),
        "equal": steps_of("fast", 4.5, 0.1),
        "slowed": steps_of("fast", 4.5, 0.1, force_tolerance_pN=1e-7),
    }
    found = ratios(works)
    known = dict.fromkeys(works, found["recorded"])
    (fault,) = slower(found, known)
    assert fault.startswith(f"slowed: {found['slowed']:.2f} of the reference, +")


def test_the_limit_is_a_tenth() -> None:
    assert slower({"a": 1.09}, {"a": 1.0}) == []
    assert slower({"a": 1.11}, {"a": 1.0}) == ["a: 1.11 of the reference, +11% from 1.00"]


def test_a_ratio_is_of_one_step_and_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr(ratio.time, "process_time", lambda: float(next(clock)))
    (found,) = ratios({"no work": lambda: None}).values()
    assert found == pytest.approx(ratio.PASSES / ratio.STEPS)  # one tick each


def test_the_reference_is_the_one_that_ratios_were_recorded_with() -> None:
    assert Reference().round() == MOVED


def test_every_case_is_recorded() -> None:
    names = {f"{fibre}, pCa {pca:g}, {step} ms" for fibre, pca, step in ratio.CASES}
    assert recorded()
    assert all(set(entry["ratios"]) == names for entry in recorded().values())
