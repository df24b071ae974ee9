import builtins
import inspect
import re

import pytest

import rsa_edu as rsa
from rsa_edu.lessons.sources import source


class Sample:
    """A docstring."""

    def first(self):
        """What it does."""

        return "one"

    def second(self):
        a = 1
        if a < 2:
            a = 3
        return a  # the end


def test_every_shown_line_stands_in_the_file_under_its_number():
    """A reader who opens the file at that line would find something else."""
    shown = source(rsa.models.RelRNN, "advance").text.split("\n")
    lines, start = inspect.getsourcelines(rsa.models.RelRNN.advance)
    for row in shown[1:]:
        number, _, text = row.partition(" ")
        assert lines[int(number) - start].strip() == text.strip()


def test_the_caption_names_file_and_lines():
    """The reader could not find the place in the package."""
    start = inspect.getsourcelines(rsa.models.RelRNN.attend)[1]
    caption = source(rsa.models.RelRNN, "attend").text.split("\n")[0]
    assert re.fullmatch(rf"rsa_edu/models/attentive\.py, lines {start}–\d+", caption)


def test_docstrings_are_left_out_unless_asked_for():
    """The twenty lines that matter would drown in what the prose already says."""
    assert "What it does" not in source(Sample).text
    assert "A docstring" not in source(Sample).text
    assert source(Sample, "first").text.split("\n")[2].endswith('  return "one"')
    assert "What it does" in source(Sample, docstring=True).text


def test_a_pair_of_texts_cuts_out_the_lines_between_and_dedents_them():
    """An excerpt would need line numbers, which change with every edit of the package."""
    text = source(Sample.second, ("if a", "a = 3")).text.split("\n")[1:]
    assert [re.sub(r"^\d+  ", "", row) for row in text] == ["if a < 2:", "    a = 3"]


def test_an_object_is_shown_by_its_class():
    """show_source(net.recurrence) would fail although the class is meant."""
    assert source(Sample()).text == source(Sample).text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("third", "Sample has no method called “third”"),
        (("if a", "nowhere"), "contains “nowhere”"),
        ((3, 4), "pair of texts"),
    ],
)
def test_lines_that_are_not_there_are_named(lines, said):
    """After a change of the package a notebook would show the wrong lines in silence."""
    with pytest.raises(ValueError, match=said):
        source(Sample, lines)


def test_what_is_not_written_in_python_is_refused_in_words():
    """The student would read a traceback of the inspect module."""
    with pytest.raises(TypeError, match="no Python source to show"):
        source(builtins.len)


def test_colours_are_those_of_the_theme():
    """Fixed colours are unreadable in one of the two themes."""
    html = source(rsa.models.RelRNN, "advance").html
    assert "var(--jp-mirror-editor-keyword-color" in html
    assert not re.search(r"color:\s*(#|rgb|[a-z]+[;\"])", html)


def test_code_is_escaped_and_complete_on_the_page():
    """`a < 2` would begin an HTML tag and swallow the rest of the line."""
    html = source(Sample, "second").html
    plain = re.sub(r"<[^>]*>", "", html)
    assert "if a &lt; 2:" in plain
    assert "return a  # the end" in plain


def test_show_source_prints_where_there_is_no_page(capsys):
    """In a terminal nothing would be shown."""
    rsa.show_source(Sample, "first")
    assert 'return "one"' in capsys.readouterr().out
