"""What ``sarcomere bench`` measures adds up."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sarcomere.bench import FULL, Figures, Plan, measure, tables
from sarcomere.bench.batch import go_on, warm_batch
from sarcomere.bench.clock import cost_of
from sarcomere.errors import InputError
from sarcomere.recording.provenance import KERNEL_HASH
from sarcomere_kernels import types as k

TINY = Plan(
    conditions=(("slow", 4.5),),
    n_thick=(1,),
    steps_ms=(0.1, 0.2),
    small_rows=2,
    warm_up_ms=1.0,
    round_steps=10,
    rounds=2,
    starts=1,
)
TOLD: list[tuple[str, float]] = []


@pytest.fixture(scope="module")
def figures(kernels: None) -> Figures:
    return measure(TINY, lambda *step: TOLD.append(step))


def test_speeds_add_up(figures: Figures) -> None:
    assert [(case.n_thick, case.heads, case.step_ms) for case in figures.cases] == [(1, 294, 0.1), (1, 294, 0.2)]
    for case in figures.cases:
        assert (case.fibre, case.pCa) == ("slow", 4.5)
        for speed in (case.one_core, case.all_cores):
            assert speed.head_steps_per_core_second == pytest.approx(294 / (speed.step_us * 1e-6))
            head_seconds = speed.head_steps_per_core_second * case.step_ms * 1e-3
            assert speed.head_seconds_per_core_second == pytest.approx(head_seconds)
            assert speed.median_step_us >= speed.step_us > 0
            assert speed.head_seconds_per_second > 0
            assert speed.half_sarcomeres == speed.threads
        assert case.one_core.threads == 1
        assert case.all_cores.threads == figures.machine.cores


def test_iterations_are_shares_of_all_steps(figures: Figures) -> None:
    for case in figures.cases:
        assert sum(case.phases.iterations) == pytest.approx(1.0)


def test_small_rows_have_as_many_heads_as_the_lattice(figures: Figures) -> None:
    assert [small.step_ms for small in figures.small_rows] == [0.1, 0.2]
    for small in figures.small_rows:
        assert (small.rows.half_sarcomeres, small.lattice.half_sarcomeres) == (2, 1)
        ratio = small.lattice.head_seconds_per_core_second / small.rows.head_seconds_per_core_second
        assert small.cost_ratio == pytest.approx(ratio)


def test_the_machine_is_named(figures: Figures) -> None:
    machine = figures.machine
    assert machine.processor
    assert machine.compiled_for
    assert machine.kernel_hash == KERNEL_HASH
    assert figures.start_up_cpu_s > 0.1  # python and numpy alone take that
    assert figures.compile_cpu_s is None


def test_progress_is_told_before_each_part(figures: Figures) -> None:
    titles = [title for title, _ in TOLD]
    assert titles == [
        "warm-up 1 of 2",
        "warm-up 2 of 2",
        "warm-up of 2 half-sarcomeres of one thick filament",
        "round 1 of 2",
        "round 2 of 2",
        "start-up",
    ]
    shares = [share for _, share in TOLD]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] < 1


def test_figures_come_back_from_their_json(figures: Figures) -> None:
    assert Figures.model_validate_json(figures.model_dump_json()) == figures


def test_there_is_a_table_for_speeds_for_phases_and_for_small_rows(figures: Figures) -> None:
    assert [part.row_count for part in tables(figures).renderables if not isinstance(part, str)] == [2, 2, 2]
    without = figures.model_copy(update={"small_rows": []})
    assert [part.row_count for part in tables(without).renderables if not isinstance(part, str)] == [2, 2]


def test_a_step_too_long_for_a_fibre_is_refused() -> None:
    with pytest.raises(InputError, match=r"numerics\.step_ms"):
        warm_batch("fast", 4.5, 1, rows=1, round_steps=10, warm_up_ms=6.0, step_ms=0.6)


@pytest.mark.parametrize("threads", [None, 2])
def test_rounds_are_of_the_steps_asked_for(kernels: None, threads: int | None) -> None:
    batch = warm_batch("slow", 4.5, 1, rows=2, round_steps=3, warm_up_ms=0.8, step_ms=0.2)

    def steps_taken() -> list[int]:
        return [int(hs.state.counters[k.Count.STEP]) for hs in batch.batch]

    assert steps_taken() == [6, 6]
    with ThreadPoolExecutor(threads) as pool:
        go_on(batch, pool if threads else None)
    assert steps_taken() == [9, 9]


def test_rounds_of_large_lattices_have_a_hundred_steps_and_of_small_ones_more() -> None:
    assert [FULL.steps_of(n_thick) for n_thick in (1, 4, 16, 64)] == [3200, 800, 200, 100]
    assert TINY.steps_of(1) == 10


def test_rounds_of_several_works_take_turns() -> None:
    turns: list[str] = []
    costs = cost_of(
        lambda: turns.append("a"),
        lambda: (turns.append("b"), time.sleep(0.01)),
        rounds=3,
        before_round=lambda number: turns.append(str(number + 1)),
    )
    assert "".join(turns) == "1ab2ab3ab"
    assert costs[1].wall >= 0.01 > costs[0].wall
    assert all(cost.median_cpu >= cost.cpu >= 0 for cost in costs)
