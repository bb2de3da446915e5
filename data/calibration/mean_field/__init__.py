"""Mean-field model of the head cycle: independent heads on a regular row of sites, thin filament open.

Units: nm, pN, s, M; energies in kT.  Shares are of heads that are not OFF unless said otherwise.
"""

from mean_field.rates import Head, head
from mean_field.rows import read_rows
from mean_field.steady import Isometric

__all__ = ["Head", "Isometric", "head", "read_rows"]
