import inspect
import pkgutil
from importlib import import_module

import numpy as np
import pytest
import torch

from rsa_edu.lessons import exercises

EXERCISES = [
    exercise
    for module in pkgutil.iter_modules(exercises.__path__)
    for exercise in getattr(import_module(f"{exercises.__name__}.{module.name}"), "EXERCISES", ())
]
MISTAKES = [(exercise, mistake) for exercise in EXERCISES for mistake in exercise.mistakes]


def by_name(name):
    return next(exercise for exercise in EXERCISES if exercise.name == name)


@pytest.fixture(params=EXERCISES, ids=lambda exercise: exercise.name)
def exercise(request):
    return request.param


def test_all_exercises_are_found():
    """The tests below would run over nothing."""
    assert {exercise.name for exercise in EXERCISES} == {
        "attended_pairs",
        "attention_received",
        "depths",
        "effective_kappa",
        "expected_share",
        "front",
        "jacobian_product",
        "least_depth",
        "one_skip_link",
        "relevance_score",
        "replacement_rule",
        "silent_eigenvalue",
        "uniform_exponent",
        "which_law",
    }


def test_the_reference_passes(exercise):
    """A right answer would be refused."""
    outcome = exercise.check(exercise.reference)
    assert outcome.passed, outcome.message


@pytest.mark.parametrize(
    ("exercise", "mistake"), MISTAKES, ids=lambda item: getattr(item, "name", None)
)
def test_a_tempting_mistake_is_refused_with_its_own_sentence(exercise, mistake):
    """The student would be told something else than what went wrong, or that it is right."""
    outcome = exercise.check(mistake.answer)
    assert not outcome.passed
    assert outcome.message.startswith("With ")
    assert f"{exercise.name} gave " in outcome.message
    assert outcome.message.endswith(f"because {mistake.why}.")


def test_no_two_mistakes_get_the_same_sentence(exercise):
    """Two mistakes would look the same to the student."""
    sentences = [mistake.why for mistake in exercise.mistakes]
    assert len(set(sentences)) == len(sentences)


def test_the_untouched_stub_is_not_done_yet(exercise):
    """A student who has not begun would be told to be wrong."""

    def stub(*arguments):
        raise NotImplementedError("your turn")

    for untouched in (stub, lambda *arguments: None):
        outcome = exercise.check(untouched)
        assert not outcome.passed
        assert outcome.message.startswith(f"not done yet: {exercise.name}")


def test_the_reference_names_its_arguments_as_the_cases_do(exercise):
    """The sentence would speak of arguments the student's function does not have."""
    names = list(inspect.signature(exercise.reference).parameters)
    assert all(list(case.arguments) == names for case in exercise.cases)


def test_an_error_in_the_answer_is_told_with_its_input(exercise):
    """The student would get a traceback through the package."""

    def broken(*arguments):
        return [][3]

    outcome = exercise.check(broken)
    assert not outcome.passed
    assert "stopped with IndexError (list index out of range); expected" in outcome.message


@pytest.mark.parametrize("answer", ["text", object(), [[1, 2], [3]]], ids=str)
def test_a_value_of_the_wrong_kind_is_told(exercise, answer):
    """Comparing would fail inside NumPy."""
    outcome = exercise.check(lambda *arguments: answer)
    assert not outcome.passed
    assert "gave a value that" in outcome.message


def test_what_is_no_function_is_refused(exercise):
    """lesson.check("name", name(...)) would fail with a traceback."""
    assert "must be a function, but 3 was handed in" in exercise.check(3).message


def test_an_answer_that_writes_into_its_arguments_is_judged_by_what_it_returns(exercise):
    """The next input, and the next student's, would be spoiled."""

    def careless(*arguments):
        result = exercise.reference(*arguments)
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                argument[...] = 0
        return result

    assert exercise.check(careless).passed
    assert exercise.check(exercise.reference).passed


def test_a_mistake_nobody_named_is_told_by_the_input_it_fails_on():
    """Only foreseen mistakes would get a sentence."""

    def from_the_right(candidate_score, scores, occupied):
        return None if occupied.all() else int(occupied.argmin())

    message = by_name("replacement_rule").check(from_the_right).message
    assert "candidate_score=0.9, scores=[0.5, 0.2, 0.7]" in message
    assert "gave None; expected 1" in message
    assert message.endswith("which it replaces.")


def test_a_named_mistake_is_known_although_the_empty_set_makes_it_stop():
    """The sentence would be about an edge case and not about the mistake."""

    def ties_replace(candidate_score, scores, occupied):
        if len(scores) == 0:
            raise IndexError
        if not occupied.all():
            return np.int64(occupied.argmin())
        return scores.argmin() if candidate_score >= scores.min() else None

    assert "> and not >=" in by_name("replacement_rule").check(ties_replace).message


def test_forgetting_the_empty_set_is_told():
    """rho = 0 would go unnoticed until it crashes."""

    def forgets(candidate_score, scores, occupied):
        if not occupied.all():
            return int(occupied.argmin())
        return int(scores.argmin()) if candidate_score > scores.min() else None

    message = by_name("replacement_rule").check(forgets).message
    assert "stopped with ValueError" in message
    assert message.endswith("with ρ = 0 there is no slot to write to.")


def test_whole_numbers_of_numpy_and_torch_count_and_true_does_not():
    """np.argmin's result would be refused, or True be taken for slot 1."""
    exercise = by_name("replacement_rule")

    def wrapped(kind):
        def answer(*arguments):
            slot = exercise.reference(*arguments)
            return None if slot is None else kind(slot)

        return answer

    for kind in (np.int64, np.array, torch.tensor):
        assert exercise.check(wrapped(kind)).passed
    for kind in (bool, float):
        assert "is no whole number" in exercise.check(wrapped(kind)).message


def test_the_package_decides_in_every_way_there_is():
    """The random sequences would hold no rejection or no replacement to agree with."""
    package = [c for c in by_name("replacement_rule").cases if "rsa.models" in c.why]
    full = [c for c in package if c.arguments["occupied"].all()]
    assert any(not c.arguments["occupied"].any() for c in package)
    assert {c.expected for c in full} == {None, 0, 1, 2, 3}


def test_one_network_of_the_package_shows_both_laws():
    """The student would be told of silence and noise, and see one law only."""
    package = [c for c in by_name("which_law").cases if "rsa.models" in c.why]
    assert {case.expected for case in package} == {"power law", "exponential"}


def test_numbers_may_be_complex_but_not_missing():
    """A number of NumPy or torch would be refused, or NaN and a text be compared."""
    exercise = by_name("uniform_exponent")
    for kind in (complex, np.complex128, torch.tensor):
        assert exercise.check(lambda *args, kind=kind: kind(exercise.reference(*args))).passed
    for wrong in (float("nan"), "-0.5"):
        assert "is no number" in exercise.check(lambda *args, wrong=wrong: wrong).message


def test_outcomes_are_shown_with_a_sign_and_escaped():
    """Colour alone would tell right from wrong, and `a < b` would break the page."""
    exercise = by_name("replacement_rule")
    right, wrong = exercise.check(exercise.reference), exercise.check(exercise.mistakes[0].answer)
    stub = exercise.check(lambda *arguments: None)
    assert [repr(outcome)[0] for outcome in (right, wrong, stub)] == ["✓", "✗", "○"]
    assert "&gt; and not &gt;=" in wrong._repr_html_()
