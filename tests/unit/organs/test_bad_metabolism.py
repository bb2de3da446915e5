"""A muscle without free creatine is refused in one sentence."""

from __future__ import annotations

import re

import pytest

from sarcomere.errors import InputError
from sarcomere.organs.metabolism import pack_metabolism
from sarcomere.parameters.fibre_wave import PotassiumParameters
from sarcomere.parameters.metabolism import BloodParameters, EnergyParameters


@pytest.mark.parametrize("creatine", [33.0, 20.0])
def test_no_free_creatine_is_refused(creatine: float) -> None:
    with pytest.raises(InputError) as caught:
        pack_metabolism(EnergyParameters(creatine_mM=creatine), BloodParameters(), PotassiumParameters())
    assert re.fullmatch(
        rf"energy.creatine_mM = {creatine:g} [^\n]*energy.pcr_mM = 33; give [^\n.]*\.", str(caught.value)
    )
