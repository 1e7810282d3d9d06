"""Every error is one kind of mistake, all are BnnTeachError, and proposals are near misses."""

import inspect

import pytest

from bnn_teach import errors
from bnn_teach.errors import BnnTeachError, did_you_mean


def test_every_kind_says_its_mistake_and_one_except_clause_catches_all_errors():
    classes = [kind for kind in vars(errors).values() if inspect.isclass(kind)]
    kinds = [kind for kind in classes if kind.__module__ == errors.__name__]
    assert len(kinds) > 20
    for kind in kinds:
        assert (kind.__doc__ or "").endswith(".")
        assert issubclass(kind, BnnTeachError | UserWarning)


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


@pytest.mark.parametrize(
    ("word", "proposal"),
    [("scael", "scale"), ("observd", "observed"), ("zzz", None), (3, None), ("", None)],
)
def test_the_closest_choice_is_proposed(word, proposal):
    expected = f" Did you mean '{proposal}'?" if proposal else ""
    assert did_you_mean(word, iter(["loc", "scale", "observed"])) == expected


def test_a_synonym_goes_before_a_similar_word_if_it_is_a_choice():
    assert did_you_mean("mu", ["loc", "mux"], {"mu": "loc"}) == " Did you mean 'loc'?"
    assert did_you_mean("mu", ["rate", "mux"], {"mu": "loc rate"}) == " Did you mean 'rate'?"
    assert did_you_mean("mu", ["rate", "mux"], {"mu": "loc"}) == " Did you mean 'mux'?"
