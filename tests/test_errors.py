"""Every error is one kind of mistake, all are BnnTeachError, and proposals are near misses."""

import inspect

import pytest

from bnn_teach import errors
from bnn_teach.errors import BnnTeachError, did_you_mean

KINDS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and kind.__module__ == errors.__name__
]
ERRORS = [kind for kind in KINDS if not issubclass(kind, Warning)]


@pytest.mark.parametrize("kind", ERRORS)
def test_one_except_clause_catches_every_error(kind):
    assert issubclass(kind, BnnTeachError)
    with pytest.raises(BnnTeachError, match="what happened"):
        raise kind("what happened")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_which_mistake_it_stands_for(kind):
    assert (kind.__doc__ or "").endswith(".")


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ArgumentError, TypeError),
        (errors.DtypeError, TypeError),
        (errors.ObservedError, ValueError),
        (errors.ParameterError, ValueError),
        (errors.ShapeError, ValueError),
        (errors.VariableNameError, ValueError),
    ],
)
def test_errors_are_also_what_python_would_raise(kind, builtin):
    assert issubclass(kind, builtin)


def test_warnings_can_be_filtered_by_their_kind():
    assert issubclass(errors.ConvergenceWarning, UserWarning)
    assert issubclass(errors.InterruptedWarning, UserWarning)


@pytest.mark.parametrize(
    ("word", "proposal"),
    [("scael", "scale"), ("observd", "observed"), ("zzz", None), (3, None), ("", None)],
)
def test_the_closest_choice_is_proposed(word, proposal):
    expected = f" Did you mean '{proposal}'?" if proposal else ""
    assert did_you_mean(word, iter(["loc", "scale", "observed"])) == expected


def test_a_synonym_goes_before_a_similar_word_if_it_is_a_choice():
    assert did_you_mean("mu", ["loc", "mux"], {"mu": "loc"}) == " Did you mean 'loc'?"
    assert did_you_mean("mu", ["rate", "mux"], {"mu": "loc"}) == " Did you mean 'mux'?"
