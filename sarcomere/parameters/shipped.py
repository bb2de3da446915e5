"""Where the files that travel with the package are: parameters, scenarios, measurements."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def data_path(name: str) -> Path:
    """Path of a shipped file.

    Parameters
    ----------
    name : str
        Path below ``data``, such as ``scenarios/voluntary-contraction.toml``.

    Returns
    -------
    pathlib.Path
        Inside the installed package, or in the source tree of an editable install.
    """
    installed = _PACKAGE / "data" / name
    return installed if os.path.exists(installed) else _PACKAGE.parent / "data" / name
