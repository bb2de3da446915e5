"""Keys that have another name now are refused with it."""

from pathlib import Path

import pytest

from sarcomere.errors import InputError
from sarcomere.parameters.intervention import Stretch
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.keys import model_at
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.reading import parse_override, read
from sarcomere.scenario.renamed import RENAMED

FIBRE = 'title = "a fibre"\nrun.duration_s = 0.1\ndrive.pCa = 4.5\nmotor_units = [{id = 1, fibre = "slow"}]\n'
LOOP = 'title = "a loop"\nrun.duration_s = 0.1\npool.preset = "prone"\n'
STRETCH = 'interventions = [{kind = "stretch", at_s = 1.0, mtu_length = 1.0}]\n'


def example(old: str) -> tuple[str, str]:
    """A scenario that takes the new key, and the old key as it would be typed there."""
    if old.startswith("fibres."):
        return FIBRE, old.replace("*", "slow")
    return (LOOP + STRETCH, old.replace("*", "0")) if old.startswith("interventions.") else (LOOP, old)


def sentence(old: str) -> str:
    """What is to be said of it."""
    key = example(old)[1]
    parents, dot, _ = key.rpartition(".")
    return f"unknown key {key} = 1.0; it is called {parents}{dot}{RENAMED[old]} now."


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_key_in_a_file_is_refused_with_its_new_name(old: str, tmp_path: Path) -> None:
    path, (text, key) = tmp_path / "old.toml", example(old)
    if key.startswith("interventions."):
        text = text.replace("mtu_length", key.rpartition(".")[2])
    else:
        text = f"{text}{key} = 1.0\n"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read(str(path))
    assert str(refused.value).startswith(f"{path}")
    assert str(refused.value).endswith(sentence(old))


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_key_on_the_command_line_is_refused_with_its_new_name(old: str, tmp_path: Path) -> None:
    path, (text, key) = tmp_path / "new.toml", example(old)
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read(str(path), dict([parse_override(f"{key}=1.0")]))
    assert str(refused.value) == f"{path}, command line: {sentence(old)}"


@pytest.mark.parametrize("old", RENAMED)
def test_the_new_name_is_known(old: str) -> None:
    if old.startswith("interventions."):
        assert RENAMED[old] in Stretch.model_fields
        return
    root = FibreScenario if old.startswith("fibres.") else LoopScenario
    parents = old.replace("*", "slow").split(".")[:-1]
    assert RENAMED[old] in model_at(tuple(parents), root).model_fields


def test_a_key_of_the_loop_is_not_offered_to_a_fibre(tmp_path: Path) -> None:
    path = tmp_path / "fibre.toml"
    path.write_text(f"{FIBRE}length = 1.0\n")
    with pytest.raises(InputError, match=r"unknown key length = 1\.0; (?!it is called)"):
        read(str(path))
