import numpy as np
import pytest
import torch

import rsa_edu as rsa


def test_a_claim_that_holds_is_printed_with_what_was_measured(capsys):
    """The reader would not see which number stands behind the sentence."""
    rsa.claim("the error is below 0.1", 0.01234 < 0.1, 0.01234)
    assert capsys.readouterr().out.strip() == "✓ the error is below 0.1 — measured: 0.01234"


def test_a_claim_that_does_not_hold_raises_and_names_itself_and_the_measurement():
    """A notebook whose numbers differ from its text would pass."""
    with pytest.raises(rsa.ClaimError, match=r"“the error is below 0\.1” does not .* 0\.5\."):
        rsa.claim("the error is below 0.1", 0.5 < 0.1, 0.5)


def test_a_claim_error_is_an_assertion_error():
    """Test runners would report a wrong claim as a crash."""
    assert issubclass(rsa.ClaimError, AssertionError)


@pytest.mark.parametrize(
    "measured", [float("nan"), torch.tensor([1.0, float("nan")]), {"a": np.nan}]
)
def test_nan_is_no_measurement_even_where_the_condition_holds(measured):
    """`not (nan > 1)` is true: a diverged run would confirm any claim put that way."""
    with pytest.raises(rsa.ClaimError, match=r"not a number \(NaN\)"):
        rsa.claim("it stays small", True, measured)


@pytest.mark.parametrize(
    "condition", [True, np.bool_(True), np.array(True), np.array([[True]]), torch.tensor(True)]
)
def test_one_yes_may_come_in_any_wrapping(condition, capsys):
    """`(a < b)` of NumPy or torch would have to be unwrapped by hand in every notebook."""
    rsa.claim("yes", condition, 1)
    assert "✓" in capsys.readouterr().out


def test_one_no_in_a_tensor_is_a_no():
    """A tensor is an object and objects are true: a wrong claim would pass."""
    with pytest.raises(rsa.ClaimError):
        rsa.claim("no", torch.tensor(False), 1)


@pytest.mark.parametrize(
    ("condition", "count"),
    [(np.array([True, False]), 2), (torch.ones(2, 3).bool(), 6), (np.empty(0, bool), 0)],
)
def test_an_array_of_many_is_refused_in_words(condition, count):
    """Whether all or any of them were meant would be guessed."""
    with pytest.raises(TypeError, match=rf"“many” .* holds {count} values; .*\.all\(\) or \.any"):
        rsa.claim("many", condition, 1)


@pytest.mark.parametrize("condition", [1, 0.0, "yes", None, torch.tensor(0.3)])
def test_what_is_no_yes_or_no_is_refused(condition):
    """A loss in the place of a comparison is always true."""
    with pytest.raises(TypeError, match="needs a condition that is true or false"):
        rsa.claim("one", condition, 1)


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        (torch.tensor(0.5), "0.5"),
        (12345.678, "12346"),
        (1.5e-9, "1.5e-09"),
        (float("inf"), "infinite"),
        ({"RNN": 0.25, "LSTM": torch.tensor(1)}, "RNN 0.25, LSTM 1"),
        (np.arange(20), "[0, 1, 2, 3, 4, 5, 6, 7, 8, … 20 in all]"),
        (torch.zeros(30, 30), "an array of 30 × 30 numbers"),
        ("three seeds", "three seeds"),
    ],
)
def test_measurements_are_said_shortly(measured, said, capsys):
    """The line would be longer than the page, or say tensor(0.5000, grad_fn=...)."""
    rsa.claim("it holds", True, measured)
    assert capsys.readouterr().out.strip().endswith(f"measured: {said}")


def test_the_page_shows_a_claim_in_the_colours_of_its_theme_and_escapes_it(monkeypatch):
    """a < b would be read as an HTML tag, or the check mark be unreadable in the dark theme."""
    shown = []
    monkeypatch.setattr("rsa_edu.lessons.claims.display", shown.append)
    rsa.claim("a <b> c", True, 1)
    html = shown[0]._repr_html_()
    assert "a &lt;b&gt; c" in html
    assert "var(--jp-success-color1" in html
    assert "#" not in html
