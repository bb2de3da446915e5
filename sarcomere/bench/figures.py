"""The figures of ``sarcomere bench``, as they stand in its JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Machine(_Frozen):
    """Where and with what was measured."""

    processor: str = Field(description="as the system names it")
    compiled_for: str = Field(description="kind of processor for which numba compiled")
    cores: int = Field(description="that the process may use")
    system: str
    sarcomere: str
    kernel_hash: str
    python: str
    numpy: str
    numba: str
    llvmlite: str
    llvm: str = Field(description="the compiler")
    load: tuple[float, float] | None = Field(
        description="processes that wanted a core, ours among them: mean of the last minute, at the start and the end"
    )


class Speed(_Frozen):
    """How fast half-sarcomeres of one kind went; the least of several rounds unless it says otherwise."""

    half_sarcomeres: int
    threads: int
    step_us: float = Field(description="CPU time of one step of one half-sarcomere, µs")
    median_step_us: float = Field(description="the same in the median round")
    head_steps_per_core_second: float = Field(description="heads x steps / CPU seconds")
    head_seconds_per_core_second: float = Field(description="heads x simulated seconds / CPU seconds")
    head_seconds_per_second: float = Field(description="heads x simulated seconds / seconds on the clock")


class Phases(_Frozen):
    """CPU time of each phase of one step, µs, least of several rounds; what is left of a step is sampling and calls."""

    thin_us: float = Field(description="regulatory units of the thin filaments")
    heads_us: float = Field(description="exits from the OFF state, and the cycle of every head")
    balance_us: float = Field(description="balance of forces")
    iterations: tuple[float, ...] = Field(
        description="share of steps whose balance took 0, 1, 2, ... iterations; the last: so many or more"
    )


class Case(_Frozen):
    """One fibre at one calcium concentration in one lattice and step."""

    fibre: str
    pCa: float
    n_thick: int
    heads: int = Field(description="of one half-sarcomere")
    step_ms: float
    one_core: Speed
    all_cores: Speed = Field(description="a half-sarcomere for each core, a thread each")
    phases: Phases


class SmallRows(_Frozen):
    """Many half-sarcomeres of one thick filament, as sweeps use them, against one with as many filaments."""

    fibre: str
    pCa: float
    step_ms: float
    rows: Speed
    lattice: Speed
    cost_ratio: float = Field(description="CPU time of the rows over that of the lattice, equal heads and time")


class Figures(_Frozen):
    """What ``sarcomere bench`` measures."""

    machine: Machine
    start_up_cpu_s: float = Field(description="CPU seconds of a new process until its first simulated millisecond")
    compile_cpu_s: float | None = Field(description="the same with no compiled kernels on disk, if asked for")
    cases: list[Case]
    small_rows: list[SmallRows]
