"""Compiled loops of the sarcomere simulator: plain arrays in, plain arrays out.

Numba's cache looks only at the file a function is written in, so editing a callee would silently keep
the old caller.  Importing this package therefore hashes every kernel source and keeps compiled code in a
folder named by that hash: other sources, other folder.
"""

import hashlib
from pathlib import Path
from typing import Any

import numba

from sarcomere_kernels.cache import KernelCacheWarning, folder_for, told_of_compiling

_KEEPING = "cache.py"  # where compiled code is kept changes nothing in it


def _source_hash() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        if source.name != _KEEPING:
            digest.update(source.name.encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


KERNEL_HASH = _source_hash()
CACHE_FOLDER = folder_for(f"kernels-{KERNEL_HASH}")

# Only our own functions are decorated while this is set; the user's numba setting comes back after.
_config: Any = numba.config
_users_cache_dir = _config.CACHE_DIR
_config.CACHE_DIR = str(CACHE_FOLDER)
try:
    from sarcomere_kernels.advance import advance
    from sarcomere_kernels.cycle import tabulate_cycle
    from sarcomere_kernels.fibre_wave import advance_potassium, relax_tubules
    from sarcomere_kernels.junction import carry_impulses
    from sarcomere_kernels.metabolism import advance_metabolism
    from sarcomere_kernels.motoneuron import advance_pool
    from sarcomere_kernels.muscle import advance_muscle
    from sarcomere_kernels.reflex import advance_reflex
    from sarcomere_kernels.rows import row
    from sarcomere_kernels.terminal import advance_terminals
finally:
    _config.CACHE_DIR = _users_cache_dir


__all__ = [
    "CACHE_FOLDER",
    "KERNEL_HASH",
    "KernelCacheWarning",
    "advance",
    "advance_metabolism",
    "advance_muscle",
    "advance_pool",
    "advance_potassium",
    "advance_reflex",
    "advance_terminals",
    "carry_impulses",
    "relax_tubules",
    "row",
    "tabulate_cycle",
    "told_of_compiling",
]
