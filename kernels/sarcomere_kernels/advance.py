"""Many steps of one half-sarcomere: the entry point from Python, composed of step, balance and sample."""

from sarcomere_kernels.compiled import kernel
from sarcomere_kernels.half_sarcomere import impose, step
from sarcomere_kernels.mechanics import balance_forces
from sarcomere_kernels.sample import sample, snapshot
from sarcomere_kernels.types import OK, Count, Drive, Model, Scratch, State, Trace


@kernel
def advance(state: State, model: Model, drive: Drive, scratch: Scratch, trace: Trace, n_steps: int) -> int:
    """Take n_steps steps, filling ``trace`` from its first row on; stops at the first failure.

    A fresh state, at step 0, is first balanced and sampled as it is: row 0 is then time zero.

    Returns
    -------
    int
        A status code of ``types``; OK if every step found force balance.
    """
    row = shot = 0
    sampling = model.sampling
    # one loop, so that the balance is compiled once: turn -1 only balances and samples a fresh state
    for i in range(-1 if state.counters[Count.STEP] == 0 else 0, n_steps):
        if i >= 0:
            impose(state, model, drive, i)
            step(state, model, scratch)
        status = balance_forces(state, model.lattice, model.cycle, model.mechanics, scratch)
        tick = state.counters[Count.TICK]
        if tick % sampling.every == 0:
            sample(state, trace, row, model.regulation.n_calcium_sites)
            row += 1
        if sampling.snapshot_every > 0 and tick % sampling.snapshot_every == 0:
            snapshot(state, trace, shot)
            shot += 1
        if status != OK:
            return status
    return OK
