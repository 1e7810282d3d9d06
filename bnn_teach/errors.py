"""One exception type per kind of mistake.

Every message has the same four parts, in this order: where it happened (the path of the
variable), what was given, what was expected, and what to do. Catch :class:`BnnTeachError` to catch
them all. Next: :mod:`bnn_teach.dsl.random_variables`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class BnnTeachError(Exception):
    """Base of every error that this library raises on purpose."""


class ModelError(BnnTeachError):
    """The function under ``@bt.model`` is not a generator of random variables."""


class ForgottenYieldError(ModelError):
    """A random variable was created but never yielded, so it has no value."""


class BranchOnRandomValueError(ModelError):
    """Python's ``if``, ``for`` or ``bool`` met a value that is only known when sampling."""


class NumPyOnRandomValueError(ModelError):
    """NumPy, or Python's ``float`` or ``int``, met a value that is only known when sampling."""


class VariableNameError(BnnTeachError, ValueError):
    """A name is empty, is not a string, or contains a separator of paths."""


class DuplicateNameError(BnnTeachError):
    """Two variables of one model have the same path."""


class ArgumentError(BnnTeachError, TypeError):
    """A keyword that does not exist, or a value of the wrong type or range."""


class MissingNameError(BnnTeachError, AttributeError):
    """The library, or a result of it, has no such name."""


class ParameterError(BnnTeachError, ValueError):
    """A distribution got a parameter outside its domain, such as a negative scale."""


class ObservedError(BnnTeachError, ValueError):
    """Observed values do not fit the variable: path, shape, NaN, or outside the support."""


class ShapeError(BnnTeachError, ValueError):
    """Shapes inside a model do not fit together."""


class DtypeError(BnnTeachError, TypeError):
    """Two floating-point types met in one operation."""


class InferenceError(BnnTeachError):
    """The model cannot be used with this algorithm."""


class InitialPointError(InferenceError):
    """No starting point with a finite log-density was found."""


class PredictionError(BnnTeachError):
    """A prediction was asked of a model that observes nothing, or with another model's trace."""


class CompilationError(ModelError):
    """A model uses an operation that TensorFlow's compiler, XLA, does not have."""


class CompilerCacheError(BnnTeachError):
    """A compiled program could not be written to the compiler's cache on disk."""


class ExhibitError(BnnTeachError, ValueError):
    """An exhibit cannot be drawn or stored: its frames do not fit together, or are too large."""


class QuizError(BnnTeachError, ValueError):
    """There is no such quiz, or its file is not in order."""


class RerunError(BnnTeachError, RuntimeError):
    """A cell of a notebook that was run again failed."""


class ClaimError(BnnTeachError, AssertionError):
    """What a page claims does not hold in this run."""


class ExerciseError(BnnTeachError, ValueError):
    """The source of an exercise, or its place in a notebook, is not in order."""


class ClassroomError(BnnTeachError, RuntimeError):
    """A course folder, a submission, or what is handed out is not in order."""


class SandboxError(BnnTeachError, RuntimeError):
    """Submissions cannot be run here, because the sandbox around them cannot be built."""


class CheckFailedError(BnnTeachError):
    """An answer to an exercise is not right yet; the message says why, and what to do next."""


class ConvergenceWarning(UserWarning):
    """The draws, or the fit, should not be trusted as they are."""


class NothingObservedWarning(UserWarning):
    """The model has no data, so its posterior is its prior."""


class ArgumentWarning(UserWarning):
    """A prediction uses other arguments than the draws were made with."""


class SizeWarning(UserWarning):
    """What was asked for takes long, or much memory; the message says what takes less."""


class InterruptedWarning(UserWarning):
    """The run was interrupted; what had been computed was kept."""


def did_you_mean(word: Any, choices: Iterable[str], synonyms: dict[str, str] | None = None) -> str:
    """Return ``" Did you mean 'loc'?"`` for the closest of ``choices``, or an empty string.

    A synonym stands for the first of the words it is mapped to that is among the choices.
    """
    word, choices = str(word), list(choices)
    meant = (synonyms or {}).get(word, "")
    guesses = [each for each in (meant, *meant.split()) if each in choices]
    guesses = guesses or difflib.get_close_matches(word, choices, n=1)
    return f" Did you mean '{guesses[0]}'?" if guesses else ""
