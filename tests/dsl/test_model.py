"""A model remembers its arguments; arrays arrive as tensors, sizes and settings as they are."""

import numpy as np
import pandas as pd
import pytest

from bnn_teach.dsl.distributions import Normal
from bnn_teach.dsl.dtypes import set_dtype
from bnn_teach.dsl.model import check_model, model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ForgottenYieldError, ModelError, VariableNameError


@model
def received(*args, **kwargs):
    """Yield nothing; return what arrived."""
    return args, kwargs
    yield


def arrives(value):
    """What the generator finds in place of ``value``."""
    (argument,), _ = finished(received(value))
    return argument


def finished(m):
    with pytest.raises(StopIteration) as stop:
        next(m.start())
    return stop.value.value


@model
def line(x, y=None, hidden=(5, 5), *, scale=1.0):
    """A line."""
    loc = yield Normal("loc", 0.0, scale)
    yield Normal("obs", loc * x, observed=y)


def test_a_model_function_keeps_name_and_documentation():
    assert line.name == line.__name__ == "line" and line.__doc__ == "A line."
    assert repr(line) == "<model function line(x, y=None, hidden=(5, 5), *, scale=1.0)>"


def test_a_model_shows_its_arguments():
    assert repr(line(np.ones((3, 1)), scale=2)) == (
        "<model line(x=array(3, 1), y=None, hidden=(5, 5), scale=2)>"
    )


def test_calling_a_model_function_runs_nothing():
    def never():
        raise AssertionError
        yield

    assert model(never)().name == "never"


@pytest.mark.parametrize("value", [[0.0, 1.5], np.array([0.0, 1.5]), pd.Series([0.0, 1.5])])
def test_real_arrays_arrive_as_tensors_in_the_working_dtype(value):
    tensor = arrives(value)
    assert tf.is_tensor(tensor) and tensor.dtype == tf.float32
    np.testing.assert_array_equal(tensor, [0.0, 1.5])


def test_the_dtype_is_the_working_one_at_the_time_of_the_run():
    m, t = received(np.ones(2)), received(tf.ones(2))
    set_dtype("float64")
    for each in (m, t):
        assert finished(each)[0][0].dtype == tf.float64
    assert line(np.ones(2, np.float32)).data["x"].dtype == np.float64


def test_arrays_in_containers_and_keywords_arrive_as_tensors():
    x = np.ones(2)
    args, kwargs = finished(received(x, [x, 3], weights={"w": x}, units=4))
    arrays = [args[0], args[1][0], kwargs["weights"]["w"]]
    assert all(tf.is_tensor(a) and a.dtype == tf.float32 for a in arrays)
    assert args[1][1] == 3 and kwargs["units"] == 4


def test_default_values_are_converted_like_arguments():
    @model
    def f(sd=np.array([1.0, 2.0])):  # noqa: B008
        return sd
        yield

    assert finished(f()).dtype == tf.float32
    assert list(f().data) == ["sd"]


@pytest.mark.parametrize(
    "value", [3, 0.5, None, "relu", [5, 5], (2, 3), np.tanh, ["a", "b"], {"a": 1}], ids=repr
)
def test_sizes_settings_and_functions_arrive_as_they_are(value):
    assert arrives(value) == value and type(arrives(value)) is type(value)


def test_words_in_an_array_are_no_data():
    words = np.array(["a", "b"])
    assert arrives(words) is words
    assert "x" not in line(words).data


def test_numpy_scalars_arrive_as_python_numbers():
    assert type(arrives(np.float64(0.5))) is float and type(arrives(np.int64(3))) is int


def test_data_are_the_arrays_and_the_real_numbers_among_the_arguments():
    m = line(tf.ones(3), y=[1.0, 2.0, 3.0], hidden=[3])
    assert {k: (v.shape, v.dtype) for k, v in m.data.items()} == {
        "x": ((3,), np.float32),
        "y": ((3,), np.float32),
        "scale": ((), np.float32),
    }


def test_a_masked_argument_is_named():
    with pytest.raises(ArgumentError, match="line: the argument 'y': a masked array"):
        line(np.ones(2), np.ma.masked_array([1.0, 2.0], [True, False]))


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((), {}, r"line\(x, .*: missing a required argument: 'x'"),
        ((1.0,), {"hiden": [3]}, "unexpected keyword argument 'hiden'. Did you mean 'hidden'"),
        ((1.0, 2.0, 3, 4.0), {}, "too many positional arguments"),
        ((1.0,), {"x": 2.0}, "multiple values for argument 'x'"),
    ],
)
def test_arguments_that_do_not_fit_are_explained(args, kwargs, text):
    with pytest.raises(ArgumentError, match=text):
        line(*args, **kwargs)


def test_a_keyword_called_name_goes_to_the_generator():
    @model
    def prior(name, scale=1.0):
        yield Normal(name, scale=scale)

    m = prior(name="weight")
    assert m.name == "prior" and m.bound.arguments == {"name": "weight", "scale": 1.0}
    assert next(m.start()).name == "weight"


def test_named_changes_the_scope_of_a_copy():
    m = line(1.0)
    copy = m.named("hidden1")
    assert (m.name, copy.name) == ("line", "hidden1")
    assert copy.identity is m.identity and copy.function is m.function


@pytest.mark.parametrize("name", ["a.b", "a/b", "", None])
def test_a_scope_is_a_name(name):
    with pytest.raises(VariableNameError):
        line(1.0).named(name)


def test_the_decorator_takes_a_scope():
    @model(name="regression", keep_return=True)
    def f():
        yield Normal("a")

    assert f().name == "regression" and f().keep_return
    with pytest.raises(VariableNameError, match="'a_b'"):
        model(name="a.b")(line.function)


def test_with_arguments_and_with_coords_leave_the_original_alone():
    m = line(np.ones(2))
    changed = m.with_arguments({"x": np.zeros(2, np.float32)}).with_coords(school=["a", "b"])
    assert m.data["x"].sum() == 2 and m.coords == {}
    assert changed.data["x"].sum() == 0 and changed.coords == {"school": ["a", "b"]}


@pytest.mark.parametrize("labels", [["a\0b"], [object()], 3, "abc", [[1.0]]])
def test_labels_that_a_file_cannot_hold_are_refused(labels):
    with pytest.raises(ArgumentError, match=r"with_coords: t: got .* a file holds no other"):
        line(np.ones(2)).with_coords(t=labels)


@pytest.mark.parametrize("function", [lambda: 3, print])
def test_a_function_without_yield_is_no_model(function):
    with pytest.raises(ModelError, match=r"under @bt.model contains no 'yield'.*'yield bt.Normal"):
        model(function)


def plain():
    yield Normal("a")


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (line, r"the model function 'line' was not called. Pass line\(...\)"),
        (plain, r"'plain' is a plain generator. Put @bt.model above its definition"),
        (plain(), r"'plain' is a plain generator.*pass plain\(...\)"),
        (None, "expected a model, got NoneType. Put @bt.model"),
        (Normal("a"), "expected a model, got RandomVariable"),
    ],
)
def test_what_is_no_model_is_told_apart(thing, text):
    with pytest.raises(ModelError, match=text):
        check_model(thing)


def test_a_model_is_no_value():
    with pytest.raises(
        ForgottenYieldError, match=r"'line' was used .*'line = yield line\(\.\.\.\)"
    ):
        line(1.0) + 1.0
    with pytest.raises(
        ForgottenYieldError, match=r"'yield line\(...\)', without 'from'.*bt.sample"
    ):
        list(line(1.0))
