"""A configuration file overrides defaults; an error in it is one line with file and key."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.config_file import read_config
from scoregen.system.errors import InputError


def test_missing_keys_keep_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[network]\nbackbone = 64\n[training]\nlearning_rate = 1\npatience = 5\ncompile = true\n")
    network, options = read_config(path)
    assert network == replace(NetworkConfig(), backbone=64)
    assert options == replace(TrainingOptions(), learning_rate=1.0, patience=5, compile=True)
    assert isinstance(options.learning_rate, float)
    path.write_text("")
    assert read_config(path) == (NetworkConfig(), TrainingOptions())


def test_the_examples_in_the_documentation_can_be_read(repository: Path, tmp_path: Path) -> None:
    text = (repository / "docs" / "training.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        path = tmp_path / "config.toml"
        path.write_text(block)
        read_config(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("steps = 3\n", "there is no table for 'steps'; expected [network] or [training]"),
        ("[trainer]\n", "there is no table for 'trainer'; expected [network] or [training]"),
        (
            "[training]\nteaching = 0.5\n",
            "[training] has no option 'teaching'; 'teaching' is now called 'distillation'",
        ),
        (
            "[network]\nforesight = 0.1\n",
            "[network] has no option 'foresight'; 'foresight' is now called 'auxiliary_weight'",
        ),
        ("[training]\nstep = 3\n", "[training] has no option 'step'; expected one of: steps, batch_size, "),
        ("[network]\nroles = ['bass']\n", "[network] has no option 'roles'; it follows from the ensemble"),
        ("[training]\nsteps = 'many'\n", "[training] steps is 'many'; expected a whole number"),
        ("[training]\nsteps = 2.5\n", "[training] steps is 2.5; expected a whole number"),
        ("[training]\nsteps = true\n", "[training] steps is True; expected a whole number"),
        ("[training]\nclip = [1]\n", "[training] clip is [1]; expected a number"),
        ("[training]\ncompile = 1\n", "[training] compile is 1; expected true or false"),
        ("[training]\nsteps = 0\n", "steps is 0; expected 1 or more"),
        ("[training\n", "this is not TOML: "),
        (None, "the file cannot be read: No such file"),
    ],
)
def test_an_error_is_one_line(text: str | None, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}: {expected}")
    assert "\n" not in str(caught.value)
