"""Rule sets: the shipped ones are valid, those of users are read, and their faults are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.analysis.rules.rule_sets import RULES, load_rule_set, rule_set_names
from scoregen.system.errors import InputError


def test_the_sets_that_ship() -> None:
    assert rule_set_names() == ("bach", "free", "strict")
    for name in rule_set_names():
        rules = load_rule_set(name)
        assert rules.name == name
        assert {rule for rule, _ in rules.severities} <= set(RULES)


def test_strict_applies_every_rule() -> None:
    assert {rule for rule, _ in load_rule_set("strict").severities} == set(RULES)


def test_a_user_rule_set_with_a_base(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "strict"\n[spacing]\nupper = 14\n[voice-overlap]\nseverity = "off"\n')
    rules = load_rule_set(str(path))
    assert rules.name == "mine"
    assert rules.limit("spacing", "upper") == 14
    assert rules.limit("spacing", "lowest") == 24
    assert not rules.applies("voice-overlap")
    assert rules.applies("voice-crossing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[spacing", "this is not TOML"),
        ("[parallel-thirds]", "there is no rule 'parallel-thirds'"),
        ('[spacing]\nseverity = "grave"', "has the severity 'grave'"),
        ("[spacing]\nupper = -1", "[spacing] has upper = -1"),
        ("[spacing]\nwidth = 12", "[spacing] has width = 12"),
        ("spacing = 3", "expected a table"),
        ('base = "lenient"', "there is no rule set 'lenient'"),
    ],
)
def test_faults_of_a_rule_set(text: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        load_rule_set(str(path))
    assert expected in str(error.value)


def test_a_rule_set_may_not_be_its_own_base(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'base = "{path}"')
    with pytest.raises(InputError, match="its own base"):
        load_rule_set(str(path))


def test_every_rule_is_explained(repository: Path) -> None:
    text = (repository / "docs" / "rules.md").read_text(encoding="utf-8")
    headings = {line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")}
    assert headings == set(RULES)
