"""The styles that can be named: shipped ones, own ones by path and by name, and mixtures."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from scoregen.model.own_styles.own_style import write_style
from scoregen.styles.library import (
    add_style,
    choose_style,
    find_style,
    list_styles,
    load_own_style,
    mixed_style,
    remove_style,
)
from scoregen.styles.style import VoiceLeadingCosts, load_style
from scoregen.system import resources
from scoregen.system.errors import InputError, OutputError

CHORALE = load_style()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with the style `mine`, and an empty folder for styles."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for suffix in (".safetensors", ".json"):
        shutil.copy(resources.weights() / f"satb-chorales{suffix}", tmp_path / f"mine{suffix}")
    (tmp_path / "mine.style").write_text('base = "chorale"\n[voice_leading]\nparallel = 1.0\n')
    return tmp_path


@pytest.mark.parametrize("name", ["chorale", "bach"])
def test_a_shipped_style_has_its_name_and_its_alias(name: str) -> None:
    choice = choose_style(name)
    assert choice.style == CHORALE
    assert [(entry.weights, share) for entry, share in choice.parts] == [(resources.weights() / "satb-chorales", 1)]
    assert not choice.is_own


@pytest.mark.parametrize("named", ["mine", "./mine", "mine.safetensors", "{here}/mine"])
def test_an_own_style_is_found_by_name_and_by_path(named: str, here: Path) -> None:
    choice = choose_style(named.format(here=here))
    assert choice.is_own
    assert choice.parts[0][0].weights.resolve() == here / "mine"
    assert choice.style.name == choice.style.title.replace("chorale", "mine") == "mine"
    assert choice.style.voice_leading.parallel == 1.0
    assert choice.style.voice_leading.crossing == CHORALE.voice_leading.crossing
    assert choice.style.cadences == CHORALE.cadences


def test_a_style_that_was_added_is_found_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    add_style(Path("mine"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    names = [entry.name for entry in list_styles()]
    assert {"chorale", "instruments", "string-quartet"} < set(names) and names[-1] == "mine"
    assert find_style("mine").style.voice_leading.parallel == 1.0
    with pytest.raises(OutputError, match="exists"):
        add_style(tmp_path / "mine")
    remove_style("mine")
    with pytest.raises(InputError, match=r"expected one of: .*chorale or bach, .*; or the path"):
        find_style("mine")
    with pytest.raises(InputError, match="there is no such style"):
        remove_style("mine")


def test_a_shipped_name_cannot_be_taken(here: Path) -> None:
    shutil.copy(here / "mine.safetensors", here / "bach.safetensors")
    with pytest.raises(InputError, match="a style that ships has the name bach"):
        add_style(Path("bach"))
    assert not choose_style("bach").is_own
    assert choose_style("./bach").is_own


@pytest.mark.parametrize("text", ["bach:0.7,mine:0.3", "bach:7, mine:3", "bach:70%,./mine:30%"])
def test_shares_are_normalised(text: str) -> None:
    choice = choose_style(text)
    assert [(entry.name, share) for entry, share in choice.parts] == [
        ("chorale", pytest.approx(0.7)),
        ("mine", pytest.approx(0.3)),
    ]
    assert choice.style.voice_leading.parallel == pytest.approx(0.7 * CHORALE.voice_leading.parallel + 0.3)
    assert choice.style.cadences == CHORALE.cadences


def test_a_path_may_have_commas_and_colons(here: Path) -> None:
    folder = here / "a, b:2"
    folder.mkdir()
    for suffix in (".safetensors", ".json", ".style"):
        shutil.copy(here / f"mine{suffix}", folder)
    assert choose_style(f"{folder}/mine").parts[0][0].weights == folder / "mine"


def test_a_share_of_nothing_leaves_the_other() -> None:
    assert choose_style("bach:0,mine:0.2").style == load_own_style(Path("mine"))
    assert [share for _, share in choose_style("bach,mine").parts] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bach:0.7,nobody:0.3", "there is no style 'nobody'; expected one of: beethoven, brahms"),
        ("bach:much", "found 'bach:much'; expected NAME or NAME:SHARE"),
        ("bach:-1,mine:2", "found 'bach:-1'; expected NAME or NAME:SHARE"),
        ("bach:nan", "found 'bach:nan'; expected NAME or NAME:SHARE"),
        ("bach:0.5,", "found ''; expected NAME or NAME:SHARE"),
        (":1", "found ':1'; expected NAME or NAME:SHARE"),
        ("bach:0,mine:0", "found no share above 0"),
        ("bach:0.5,bach:0.5", "found bach twice"),
        ("bach:0.5,chorale:0.5", "found chorale twice"),
        ("", "found ''; expected NAME or NAME:SHARE"),
    ],
)
def test_a_wrong_mixture_is_one_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        choose_style(text)
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('base = "polka"', "base is 'polka'; expected one of: beethoven"),
        ("base = ", "mine.style: "),
        ("[voice_leading]\nparalel = 1", "[voice_leading] paralel is not a key of a style"),
        ('[voice_leading]\nparallel = "much"', "[voice_leading] parallel: found 'much'; expected a number"),
    ],
)
def test_a_wrong_style_file_is_one_line_with_its_path(text: str, message: str, here: Path) -> None:
    (here / "mine.style").write_text(text)
    with pytest.raises(InputError) as caught:
        choose_style("mine")
    assert str(caught.value).startswith(("mine.style", "/")) and "mine.style" in str(caught.value)
    assert message in str(caught.value)


def test_what_training_writes_is_read_back(here: Path) -> None:
    costs = VoiceLeadingCosts(*(number / 8 for number in range(len(VoiceLeadingCosts.__dataclass_fields__))))
    write_style(here / "mine", "chorale", asdict(costs), {"pieces": 3, "corpus": 'my "songs" of Łódź'})
    style = load_own_style(Path("mine"))
    assert style.voice_leading == costs
    assert style.ranking == CHORALE.ranking


def test_styles_of_one_network_are_mixed_in_the_place_of_the_largest() -> None:
    choice = choose_style("haydn,schubert:2,instruments:5")
    assert [(entry.name, round(share, 3)) for entry, share in choice.parts] == [
        ("haydn", 0.125),
        ("schubert", 0.25),
        ("instruments", 0.625),
    ]
    assert len({entry.weights for entry, _ in choice.parts}) == 1
    assert choice.style.network_style == load_style("schubert").network_style


def test_a_mixture_of_one_is_that_one() -> None:
    assert mixed_style([(CHORALE, 1.0)]) is CHORALE
