"""The library's code on a page: a function's body, as it stands in its file.

You will find :func:`body`, which the pages' sections *Look inside* print. Next:
:mod:`bnn_teach.course.networks`, whose functions they show first.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


def body(function: Callable[..., Any]) -> str:
    """Return the code of a function without its signature and docstring, not indented."""
    source = textwrap.dedent(inspect.getsource(function))
    defined = ast.parse(source).body[0]
    assert isinstance(defined, ast.FunctionDef)
    first = defined.body[1] if ast.get_docstring(defined) else defined.body[0]
    return textwrap.dedent("\n".join(source.splitlines()[first.lineno - 1 :]))
