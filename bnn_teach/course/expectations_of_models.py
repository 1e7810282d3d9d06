"""What is expected of an answer that is a model: its names, and its log joint at given values.

A model is judged by what it says and not by how it is written. Next:
:mod:`bnn_teach.course.chapters.ch01.checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from bnn_teach.course.expectations import Lesson, Slip, expect, expect_close, shown
from bnn_teach.density import log_joint
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.structure import inspect_model

_FLOAT32 = 2e-4  # how far a sum of a few dozen log-densities is off in float32, relative


def model_from(answer: Any, lesson: Lesson, *arguments: Any) -> Model:
    """Return the model that an answer makes of some arguments; arrays are copied."""
    copies = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
    model = answer(*copies)
    said = f"Calling your answer: got {shown(model)}, expected a model. Is `@bt.model` above it?"
    expect(isinstance(model, Model), said, lesson)
    return model


def expect_names(
    model: Model, unknown: Iterable[str], lesson: Lesson, of_data: Lesson, why: str = ""
) -> dict[str, Any]:
    """Compare the names of a model's variables, without its own; what is observed is ``obs``.

    Returns what is known of each of the unknown variables, such as its shape.
    """
    structure = inspect_model(model)
    latent, observed = (
        {path.removeprefix(f"{model.name}."): each for path, each in found.items()}
        for found in (structure.latent, structure.observed)
    )
    expect("obs" not in latent, "The measurements, `obs`, came without data.", of_data)
    expect(
        sorted(latent) == sorted(unknown),
        f"The names of what is unknown: got {', '.join(sorted(latent)) or 'none'}; expected "
        f"{', '.join(unknown)}, each under the name of the model.{why}",
        lesson,
    )
    said = f"The names of what is observed: got {', '.join(observed) or 'none'}, expected obs."
    expect(list(observed) == ["obs"], said, of_data)
    return latent


def expect_log_joint(
    model: Model,
    values: Mapping[str, Any],
    right: float,
    lesson: Lesson,
    slips: Iterable[Slip] = (),
) -> None:
    """Compare a model's log joint, at values by name, with what is right, within float32."""
    got = log_joint(model, {f"{model.name}.{name}": value for name, value in values.items()})
    at = [f"{name} = {value:g}" for name, value in values.items() if np.ndim(value) == 0]
    what = f"The log joint of your model at {', '.join(at)}"
    tolerance = _FLOAT32 * (1 + abs(right))
    expect_close(float(got), right, tolerance, what, lesson, slips, near=_FLOAT32)
