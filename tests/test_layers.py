"""Imports run one way: from a room of the library to the rooms before it, never back."""

import ast
import functools
import graphlib
import pathlib

import pytest

import bnn_teach

ROOT = pathlib.Path(bnn_teach.__file__).parent
MODULES = {
    ".".join(["bnn_teach", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(
        ".__init__"
    ): path
    for path in sorted(ROOT.rglob("*.py"))
}
HEAVY = ("tensorflow", "tensorflow_probability", "tf_keras")


def rooms():
    """The order that the package's docstring states: a list of the rooms on each floor."""
    lines = [line for line in (bnn_teach.__doc__ or "").splitlines() if "<-" in line]
    return [{room.strip() for room in floor.split(",")} for floor in " ".join(lines).split("<-")]


def room_of(module):
    return module.split(".")[1]


def floor_of(module):
    if room_of(module) == "__main__":
        return len(rooms())
    found = [i for i, floor in enumerate(rooms()) if room_of(module) in floor]
    assert found, (
        f"{module} has no place in the order of rooms. Add {room_of(module)!r} to the docstring of "
        "bnn_teach/__init__.py."
    )
    return found[0]


@functools.cache
def imports_of(module):
    """The full names of everything that a module imports, functions' own imports included."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    names, aliases = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
            aliases |= {a.asname or a.name for a in node.names if a.name == "bnn_teach"}
        elif isinstance(node, ast.ImportFrom):
            base = absolute(module, node)
            names |= {resolved(base, alias.name) for alias in node.names}
    for node in ast.walk(tree):  # bt.sample, where bt is the package, is an import of its home
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in aliases:
            names.add(resolved("bnn_teach", node.attr))
    return names - {"bnn_teach"}


def absolute(module, node):
    if not node.level:
        return node.module
    package = module.split(".")
    if MODULES[module].name != "__init__.py":
        package = package[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *filter(None, [node.module])])


def resolved(base, name):
    """The module that ``from base import name`` reads."""
    if f"{base}.{name}" in MODULES:
        return f"{base}.{name}"
    if base == "bnn_teach":
        return (bnn_teach._HOME | bnn_teach._MODULES).get(name, base)
    return base


def ours(module):
    return {name for name in imports_of(module) if name in MODULES}


INNER = [module for module in MODULES if module != "bnn_teach"]


def test_the_reader_of_imports_sees_them_all():
    assert {"bnn_teach.errors", "bnn_teach.engine.runtime"} < ours("bnn_teach.dsl.model")
    assert "bnn_teach.errors" in ours("bnn_teach.course.datasets")
    assert "tensorflow" in imports_of("bnn_teach.engine.runtime")


@pytest.mark.parametrize("module", INNER)
def test_a_module_imports_only_from_rooms_before_its_own(module):
    for name in ours(module):
        inside = room_of(name) == room_of(module)
        assert inside or floor_of(name) < floor_of(module), f"{module} imports {name}"


def test_no_modules_import_each_other_in_a_circle():
    sorter = graphlib.TopologicalSorter({module: ours(module) for module in INNER})
    sorter.prepare()


@pytest.mark.parametrize("module", [m for m in INNER if m != "bnn_teach.engine.runtime"])
def test_tensorflow_is_imported_by_the_runtime_alone(module):
    assert not {name for name in imports_of(module) if name.split(".")[0] in HEAVY}


def reached(module):
    """The module and all that importing it can lead to."""
    seen, waiting = set(), [module]
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += ours(each)
    return seen


@pytest.mark.parametrize(
    "module",
    ["bnn_teach", "bnn_teach.errors", "bnn_teach.course.datasets"]
    + [m for m in INNER if m.startswith("bnn_teach.plots")],
)
def test_data_sets_and_plots_do_not_lead_to_tensorflow(module):
    assert "bnn_teach.engine.runtime" not in reached(module)


def test_algorithms_know_no_models():
    for module in INNER:
        if room_of(module) in ("mcmc", "vi"):
            assert not {name for name in ours(module) if room_of(name) == "dsl"}, module
