"""Imports run one way: from a layer of the library to the layers before it, never back."""

import ast
import functools
import graphlib
import pathlib
import tomllib

import bnn_teach

ROOT = pathlib.Path(bnn_teach.__file__).parent
MODULES = {
    ".".join(["bnn_teach", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(
        ".__init__"
    ): path
    for path in sorted(ROOT.rglob("*.py"))
}
HEAVY = ("tensorflow", "tensorflow_probability", "tf_keras")


PROJECT = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = [{*names.split()} for names in PROJECT["tool"]["bnn_teach"]["layers"]]


def package_of(module):
    return module.split(".")[1]


def layer_of(module):
    if package_of(module) == "__main__":
        return len(LAYERS)
    found = [i for i, names in enumerate(LAYERS) if package_of(module) in names]
    assert found, (
        f"{module} is in no layer. Add {package_of(module)!r} to tool.bnn_teach.layers in "
        "pyproject.toml."
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


def test_a_module_imports_only_from_layers_before_its_own():
    for module in INNER:
        for name in ours(module):
            inside = package_of(name) == package_of(module)
            assert inside or layer_of(name) < layer_of(module), f"{module} imports {name}"


def test_no_modules_import_each_other_in_a_circle():
    sorter = graphlib.TopologicalSorter({module: ours(module) for module in INNER})
    sorter.prepare()


def test_tensorflow_is_imported_by_the_runtime_alone():
    for module in INNER:
        found = {name for name in imports_of(module) if name.split(".")[0] in HEAVY}
        assert not found or module == "bnn_teach.engine.runtime", module


def reached(module):
    """The module and all that importing it can lead to."""
    seen, waiting = set(), [module]
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += ours(each)
    return seen


def test_data_sets_and_plots_do_not_lead_to_tensorflow():
    plots = [m for m in INNER if m.startswith("bnn_teach.plots")]
    for module in ["bnn_teach", "bnn_teach.errors", "bnn_teach.course.datasets", *plots]:
        assert "bnn_teach.engine.runtime" not in reached(module), module


def test_algorithms_know_no_models():
    for module in INNER:
        if package_of(module) in ("mcmc", "vi"):
            assert not {name for name in ours(module) if package_of(name) == "dsl"}, module
