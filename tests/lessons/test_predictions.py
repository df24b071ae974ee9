import json
import subprocess
import sys

import pytest

import rsa_edu as rsa
from rsa_edu.lessons.predictions import Question

OPTIONS = ["the first ρ states", "the last ρ states"]


@pytest.fixture
def lesson(folder):
    return rsa.lesson("04_relevancy_screening")


@pytest.fixture
def who(lesson):
    return lesson.predict("who", "Who stays?", options=OPTIONS)


@pytest.fixture
def share(lesson):
    return lesson.predict("share", "How much?", unit="%", low=0, high=100)


def kept(folder):
    path = folder / "answers" / "04_relevancy_screening.json"
    return json.loads(path.read_text(encoding="utf-8"))["predictions"]


def test_nothing_is_chosen_beforehand(who, share):
    """A prediction would be committed that nobody made."""
    assert who.input.value is None
    assert share.input.value == ""


def test_the_button_commits_what_is_chosen(who, folder):
    """The click would be lost."""
    who.input.value = OPTIONS[0]
    who.button.click()
    assert kept(folder)["who"]["value"] == OPTIONS[0]
    assert "You predicted “the first ρ states”" in who.status.value


def test_a_committed_prediction_can_no_longer_be_changed_in_passing(who):
    """A stray arrow key would change what was committed."""
    who.input.value = OPTIONS[0]
    who.button.click()
    assert who.input.disabled
    assert who.input.layout.display == "none"


def test_the_same_button_lets_the_student_think_again(who, folder):
    """There would be no way back, or the keyboard's focus be lost with the button."""
    who.input.value = OPTIONS[0]
    who.button.click()
    assert who.button.description == "Change my mind"
    who.button.click()
    assert not who.input.disabled
    who.input.value = OPTIONS[1]
    who.button.click()
    assert kept(folder)["who"]["value"] == OPTIONS[1]
    assert kept(folder)["who"]["earlier"] == [OPTIONS[0]]
    assert "first “the first ρ states”" in who.status.value


def test_committing_without_a_choice_asks_for_one(who, folder):
    """An empty prediction would be kept."""
    who.button.click()
    assert who.status.value == "Choose one of the answers."
    assert not (folder / "answers").exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a number from 0 to 100, such as 12 or 3e-4."),
        ("many", "Type a number from 0 to 100, such as 12 or 3e-4."),
        ("150", "Type a number from 0 to 100; this one is 150."),
        ("nan", "Type a number from 0 to 100; this one is not a number (NaN)."),
    ],
)
def test_what_is_no_number_in_the_range_is_refused_in_words(share, folder, typed, said):
    """A typing error would be compared with the measurement."""
    share.input.value = typed
    share.button.click()
    assert share.status.value == said
    assert not (folder / "answers").exists()


@pytest.mark.parametrize("typed", ["12.5", "12,5", " 12.5 % "])
def test_numbers_are_read_as_people_write_them(share, folder, typed):
    """A decimal comma or a percent sign would be refused."""
    share.input.value = typed
    share.button.click()
    assert kept(folder)["share"]["value"] == 12.5
    assert "You predicted 12.5 %" in share.status.value


def test_a_choice_the_page_sends_after_the_click_is_the_one_kept(who, folder):
    """While the kernel is busy the page holds a second choice back; the first would be kept."""
    who.input.value = OPTIONS[0]
    who.button.click()
    who.input.value = OPTIONS[1]
    assert kept(folder)["who"]["value"] == OPTIONS[1]
    assert kept(folder)["who"]["earlier"] == []
    assert "the last ρ states" in who.status.value


def test_what_the_page_sends_late_and_makes_no_sense_changes_nothing(share, folder):
    """A half-typed number would replace the committed one, or stop the widget."""
    share.input.value = "12"
    share.button.click()
    share.input.value = "1e"
    assert kept(folder)["share"]["value"] == 12


def test_a_fresh_process_finds_the_prediction(who, folder):
    """A restart of the kernel would ask again."""
    who.input.value = OPTIONS[1]
    who.button.click()
    code = (
        "import rsa_edu as rsa; lesson = rsa.lesson('04_relevancy_screening');"
        f"box = lesson.predict('who', 'Who stays?', options={OPTIONS!r});"
        "print(box.committed, box.input.value, box.button.description, sep='|')"
    )
    found = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        capture_output=True,
        check=True,
        cwd=folder,
        encoding="utf-8",
    )
    assert found.stdout.strip() == f"True|{OPTIONS[1]}|Change my mind"


def test_an_option_that_is_gone_is_asked_again(who, lesson):
    """After an update of the course the widget would fail on an answer it no longer offers."""
    who.input.value = OPTIONS[1]
    who.button.click()
    again = lesson.predict("who", "Who stays?", options=["none", "all"])
    assert not again.committed
    assert "“the last ρ states”, which is no longer possible" in again.status.value


def test_a_commit_that_cannot_be_saved_says_so_beside_the_button(who, folder):
    """The student would think the prediction is safe."""
    (folder / "answers").write_text("in the way")
    who.input.value = OPTIONS[0]
    who.button.click()
    assert "could not be" in who.status.value
    assert "You predicted" in who.status.value


def test_the_question_is_escaped_on_the_page(lesson):
    """`a < b` in a question would be read as an HTML tag."""
    box = lesson.predict("less", "Is a < b?", options=["yes", "no"])
    assert "Is a &lt; b?" in box.children[0].value


def test_without_a_page_the_question_is_said_in_text(who):
    """Where the widget cannot be drawn the reader would see VBox(children=...)."""
    assert repr(who) == "Prediction: Who stays? (not committed yet)"


@pytest.mark.parametrize(
    ("predicted", "measured", "said"),
    [
        (42, 40.0, "You predicted 42 s; measured: 40 s. That is close."),
        (
            10,
            250,
            "You predicted 10 s; measured: 250 s. Your guess was too low, by a factor of 25.",
        ),
        (
            3e-3,
            1e-3,
            "You predicted 0.003 s; measured: 0.001 s. Your guess was too high, by a factor of 3.",
        ),
        (50, 40, "You predicted 50 s; measured: 40 s. Your guess was too high."),
        (-1, 1, "You predicted -1 s; measured: 1 s. Your guess was too low."),
        (1, 0, "You predicted 1 s; measured: 0 s. Your guess was too high."),
        (0, 0, "You predicted 0 s; measured: 0 s. That is close."),
    ],
)
def test_numbers_are_compared_in_plain_words(predicted, measured, said):
    """The student would be told a difference that means nothing at that scale."""
    assert Question("?", unit="s").compare(predicted, measured) == said


def test_in_a_range_close_is_measured_by_the_range():
    """Of 0 to 100 %, 3 would be called far from 0 by an infinite factor."""
    question = Question("?", unit="%", low=0, high=100)
    assert question.compare(3, 0).endswith("That is close.")
    assert not question.compare(8, 0).endswith("That is close.")


def test_reveal_compares_options(who, lesson):
    """Right would be called wrong."""
    who.input.value = OPTIONS[0]
    who.button.click()
    assert "You were right" in lesson.reveal("who", OPTIONS[0], "Because.").text
    other = lesson.reveal("who", OPTIONS[1], "Because.").text
    assert "measured: “the last ρ states”. The measurement disagrees. Because." in other


def test_reveal_without_a_prediction_says_so_and_shows_the_measurement(share, lesson):
    """A notebook run from top to bottom would stop at the first reveal."""
    shown = lesson.reveal("share", 62.5, "Most of it.")
    assert shown.text.startswith("Measured: 62.5 %. You have not committed a prediction")
    assert "Most of it." in shown.html


def test_reveal_works_in_a_session_that_has_not_run_the_question(share, lesson):
    """After a restart, running only the reveal cell would fail or forget the unit."""
    share.input.value = "60"
    share.button.click()
    lesson._asked.clear()
    assert lesson.reveal("share", 62.5).text.startswith("You predicted 60 %; measured: 62.5 %.")


def test_reveal_refuses_a_truth_nobody_could_have_predicted(who, lesson):
    """A renamed option would turn every prediction into a wrong one."""
    with pytest.raises(ValueError, match="none of the options of the prediction “who”"):
        lesson.reveal("who", "the middle ones")


def test_reveal_refuses_nan(share, lesson):
    """A failed measurement would be compared as if it were one."""
    with pytest.raises(ValueError, match="not a number"):
        lesson.reveal("share", float("nan"))
