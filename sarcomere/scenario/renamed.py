"""Keys of scenarios that have another name now."""

from __future__ import annotations

from fnmatch import fnmatchcase

# Old dotted key: its name now; an asterisk stands for a fibre type or the number of an entry.
RENAMED = {
    "fibres.*.off_state.k_wake": "k_off_exit",
    "fibres.*.off_state.k_wake_force": "k_off_exit_force",
    "fibres.*.off_state.k_rest": "k_off_return",
    "fibres.*.regulation.lock": "crossbridge_cooperativity",
    "length": "mtu_length",
    "interventions.*.length": "mtu_length",
    "wave": "fibre_ap",
    "potassium.per_wave_mM": "per_ap_mM",
    "muscle.followers": "twitch_units",
}


def new_name(key: str) -> str | None:
    """Return the dotted key that replaced an old one, or None if it has none.

    Parameters
    ----------
    key : str
        Such as ``fibres.slow.off_state.k_rest``.

    Returns
    -------
    str or None
    """
    found = next((new for old, new in RENAMED.items() if fnmatchcase(key, old)), None)
    parents, dot, _ = key.rpartition(".")
    return f"{parents}{dot}{found}" if found else None
