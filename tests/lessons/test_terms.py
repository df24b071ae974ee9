import inspect
from dataclasses import fields, is_dataclass
from operator import attrgetter

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.figures.names import NAMES
from rsa_edu.lessons.terms import TERMS
from rsa_edu.training import Recipe


def names_of(owner):
    """Arguments, fields, properties and weights: what `owner` calls by a name."""
    names = set(inspect.signature(owner).parameters)
    if "recipe" in names:
        names |= {field.name for field in fields(Recipe)}
    if is_dataclass(owner):
        names |= {field.name for field in fields(owner)}
    if inspect.isclass(owner):
        names |= {name for name, value in vars(owner).items() if isinstance(value, property)}
        names |= {name for base in owner.__mro__ for name in vars(base)}
        if issubclass(owner, torch.nn.Module):
            names |= {name for name, _ in owner(2, 3).named_parameters()}
    return names


@pytest.mark.parametrize("term", [term for term in TERMS if term.code], ids=lambda t: t.symbol)
def test_every_name_in_the_glossary_exists_in_the_package(term):
    """A student would type a name that is not there."""
    owner, _, name = term.code.rpartition(".")
    assert name in names_of(attrgetter(owner)(rsa))


@pytest.mark.parametrize("term", [t for t in TERMS if t.setting], ids=lambda t: t.symbol)
def test_every_slider_in_the_glossary_is_called_so_by_the_explorers(term):
    """The glossary would name a slider nobody can find."""
    assert term.setting in NAMES


def test_no_symbol_and_no_slider_stands_for_two_things():
    """One concept has one name."""
    symbols = [term.symbol for term in TERMS]
    sliders = [term.slider for term in TERMS if term.slider]
    assert len(set(symbols)) == len(symbols)
    assert len(set(sliders)) == len(sliders)


def test_text_and_page_show_every_term():
    """A line would be missing from one of the two."""
    shown = rsa.glossary()
    for term in TERMS:
        assert term.meaning in shown.text
        assert term.argument in shown.html
    assert "α<sub>i,t</sub>" in shown.html
    assert "short-term buffer ν" in shown.text
