"""Compiled loops of the sarcomere simulator: plain arrays in, plain arrays out.

Numba's cache looks only at the file a function is written in, so editing a callee would silently keep
the old caller.  Importing this package therefore hashes every kernel source and keeps compiled code in a
folder named by that hash: other sources, other folder.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numba


def _source_hash() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder(kernel_hash: str) -> Path:
    """Folder for compiled code: inside the user's choice if there is one, always named by the hash."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    for base in [chosen] if chosen else [os.path.join(home, "sarcomere"), tempfile.gettempdir()]:
        folder = Path(base) / f"kernels-{kernel_hash}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="sarcomere-kernels-"))


KERNEL_HASH = _source_hash()
CACHE_FOLDER = _cache_folder(KERNEL_HASH)

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


def is_compiled(last: str = "advance.advance") -> bool:
    """Tell whether compiled kernels of these very sources are on disk, so that no compilation is due.

    Parameters
    ----------
    last : str
        Module and function of the kernel that is compiled last.
    """
    return all(any(CACHE_FOLDER.rglob(f"{name}-*.nbc")) for name in ("advance.advance", last))


__all__ = [
    "CACHE_FOLDER",
    "KERNEL_HASH",
    "advance",
    "advance_metabolism",
    "advance_muscle",
    "advance_pool",
    "advance_potassium",
    "advance_reflex",
    "advance_terminals",
    "carry_impulses",
    "is_compiled",
    "relax_tubules",
    "row",
    "tabulate_cycle",
]
