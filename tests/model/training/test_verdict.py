"""The verdict on a run: learned or not, copies or not."""

from __future__ import annotations

import pytest

from scoregen.model.training.verdict import verdict

QUIET = {"drafts_known_8": 0.4, "valid_known_8": 0.4, "fit_extractable_8": 1.2, "valid_extractable_8": 0.3}


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (QUIET, ("it does not copy", "0.4 % of the passages of its drafts are in its pieces (0.4 % for others)")),
        ({**QUIET, "drafts_known_8": 1.5}, ("it copies", "1.5 % of the passages of its drafts are in its pieces")),
        ({**QUIET, "fit_extractable_8": 1.4}, ("it copies", "continues 1.4 % of the passages of its pieces")),
        ({"fit_extractable_8": 0.0}, ("it does not copy", "it continues 0.0 % of the passages")),
    ],
)
def test_copying_is_more_than_pieces_of_one_style_share(figures: dict[str, float], expected: tuple[str, str]) -> None:
    _, copying = verdict(1.0, {"valid": 0.5, **figures})
    assert copying.startswith(f"{expected[0]}: ")
    assert expected[1] in copying
    assert ("use more pieces" in copying) == (expected[0] == "it copies")


def test_one_window_of_a_few_pieces_is_no_copying() -> None:
    figures = {"valid": 0.5, "drafts_known_8": 0.0, "fit_extractable_8": 1.6, "valid_extractable_8": 0.0}
    assert [verdict(1.0, figures, "pieces", count)[1].startswith("it copies") for count in (1, 3, 32)] == [
        False,
        False,
        True,
    ]


def test_learning_has_two_figures() -> None:
    assert verdict(0.9, {"valid": 0.625})[0] == (
        "it learned: pieces that it was not trained on cost 0.900 nats per choice before and 0.625 after"
        " (lower is better)"
    )
    assert verdict(0.9, {"valid": 0.9})[0].startswith("it learned nothing: ")


def test_without_a_validation_nothing_is_claimed() -> None:
    assert verdict(0.9, {}) == ("there was no validation yet, so that nothing can be said about these weights",)


def test_pieces_that_are_there_twice_are_said() -> None:
    assert len(verdict(0.9, {"valid": 0.6, **QUIET})) == 2
    caution = verdict(0.9, {"valid": 0.6, **QUIET, "valid_known_8": 33.8})[-1]
    assert caution.startswith("33.8 % of the passages of what was held out are in the other pieces too")


def test_held_out_measures_are_called_by_their_name() -> None:
    learned, _, caution = verdict(0.9, {"valid": 0.6, **QUIET}, "measures")
    assert learned.startswith("it learned: measures that it was not trained on cost 0.900 nats")
    assert "both figures are too good" in caution
