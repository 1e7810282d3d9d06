"""Has a notebook to be run again: what its outputs depend on, as one short hash.

You will find three ideas. Only what is computed counts: the library's code is read as a syntax
tree, without comments, docstrings and layout, so that a better sentence forces no new run. Only
what is used counts: from the names in a notebook's cells the imports are followed, so that a change
of one plot does not touch a notebook without it. And what is read counts as it is: what stands
beside the code, such as an exhibit's script, the files of data that the cells name, and the
versions of the packages that all of these import. Next: :mod:`bnn_teach.course.notebook_files`.

Notes
-----
A cell that shows the *source* of a function depends on its comments, too. Tag it
``nbval-check-output``: then the tests compare what it shows.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import pathlib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, version

import bnn_teach
from bnn_teach.course.material import NOTEBOOKS

_TOP = "bnn_teach"
LIBRARY = pathlib.Path(bnn_teach.__file__).parent
_LONGEST_PATH = 400  # letters; a longer text is no path
_HOME = {**bnn_teach._HOME, **bnn_teach._MODULES}  # where a public name lives


def fingerprint(
    cells: Iterable[str], library: pathlib.Path = LIBRARY, folder: pathlib.Path = NOTEBOOKS
) -> str:
    """Return 16 hexadecimal digits for code cells and all that they use.

    That is the library's code, the files that they name by a path in ``folder``, where they run, or
    among the course's notebooks, and the versions of packages.
    """
    cells = list(cells)
    code = hashlib.sha256("\0".join(cells).encode())
    notebook = _as_module(cells)
    imported = set(_packages(notebook))
    for path in files_used(cells, library):
        code.update(path.relative_to(library).as_posix().encode())
        if path.suffix == ".py":
            text, *_, packages = _read(path.read_text(encoding="utf-8"), "")
            code.update(text.encode())
            imported |= packages
        else:
            code.update(path.read_bytes())
    for name in data_named(_strings(notebook), folder):
        code.update(name.read_bytes())
    code.update("\0".join(_versions(frozenset(imported))).encode())
    return code.hexdigest()[:16]


def data_named(texts: Iterable[object], folder: pathlib.Path) -> list[pathlib.Path]:
    """Return the files that some texts are paths of, from a folder or among the course's own."""
    found = set()
    for text in texts:
        if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_PATH:
            continue
        for path in (folder / text, NOTEBOOKS / text):
            with contextlib.suppress(OSError, ValueError):  # no text that can be a path
                if path.is_file():
                    found.add(path)
                    break
    return sorted(found)


@functools.lru_cache(maxsize=64)
def _versions(modules: frozenset[str]) -> list[str]:
    """Return names and versions of the packages that bring some modules, in order."""
    brought = _distributions()
    packages = {each for module in modules for each in brought.get(module, [])} - {_TOP}
    return sorted(f"{each} {version(each)}" for each in packages)


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())


def files_used(cells: Iterable[str], library: pathlib.Path = LIBRARY) -> list[pathlib.Path]:
    """Return the files of the library that the cells use, directly or through others, sorted."""
    notebook = _as_module(cells)
    todo, said = set(_names_used(notebook, "")), set(_strings(notebook))
    seen: set[str] = set()
    files: set[pathlib.Path] = set()
    while todo:
        name = todo.pop()
        path = _file(name, library)
        if path is None and name.rpartition(".")[0] == _TOP:  # a public name, such as bt.sample
            name = _HOME.get(name.rpartition(".")[2], "")
            path = _file(name, library)
        if path is None or name in seen:
            continue
        seen.add(name)
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        parents = {".".join(name.split(".")[:depth]) for depth in range(2, name.count(".") + 1)}
        _, used, strings, _ = _read(path.read_text(encoding="utf-8"), package)
        todo |= parents | used
        files |= {path, *_beside(path, said | strings)}
    return sorted(files)


def _file(name: str, library: pathlib.Path) -> pathlib.Path | None:
    """Return the file of a module; the top of the package only says where its names live."""
    parts = name.split(".")
    if parts[0] != _TOP or len(parts) < 2 or not all(parts):
        return None
    path = library.joinpath(*parts[1:])
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def _beside(path: pathlib.Path, said: set[str]) -> set[pathlib.Path]:
    """Return the scripts, styles and data that belong to a module.

    They are in its folder, or in a folder there; of the latter those count that the module or a
    cell names, by the file, with or without an ending, or by a chapter's number: ``figure.js``, or
    ``06`` for the quiz in ``ch06``.
    """
    near = {each for each in path.parent.iterdir() if each.is_file()}
    deep = {each for each in path.parent.glob("*/*") if each.is_file() and said & _names(each)}
    return {each for each in near | deep if each.suffix not in {".py", ".pyc"}}


def _names(path: pathlib.Path) -> set[str]:
    """Return what code above may call a file: ``06``, a chapter's number, or the file's own name.

    What stands in a package is its own modules' alone.
    """
    folder = path.parent
    if folder.parent.name == "chapters":
        return {folder.name.removeprefix("ch")}
    return set() if (folder / "__init__.py").exists() else {path.name, path.stem}


@functools.lru_cache(maxsize=512)
def _read(text: str, package: str) -> tuple[str, set[str], set[str], set[str]]:
    """Return a module's code as a hash, names it imports of us, its strings, other packages."""
    tree = ast.parse(text)
    code = hashlib.sha256("".join(_structure(tree)).encode()).hexdigest()
    return code, set(_names_used(tree, package)), set(_strings(tree)), set(_packages(tree))


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield the strings that a tree holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _structure(node: ast.AST) -> Iterator[str]:
    """Write a syntax tree without positions and docstrings, the same in every Python version."""
    yield type(node).__name__
    for name, value in ast.iter_fields(node):
        values = value if isinstance(value, list) else [value]
        values = [each for each in values if each is not None and not _is_docstring(each)]
        if values:
            yield f"({name}="
            for each in values:
                yield from _structure(each) if isinstance(each, ast.AST) else (repr(each),)
            yield ")"


def _is_docstring(node: object) -> bool:
    """Say whether a node is a string that stands alone: a docstring, or a field's."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _names_used(tree: ast.AST, package: str) -> Iterator[str]:
    """Yield the dotted names under ``bnn_teach`` that a tree imports or reaches as ``bt.name``."""
    short = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
                if alias.name == _TOP or (alias.asname is None and alias.name.startswith(_TOP)):
                    short.add(alias.asname or _TOP)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name(name), attribute) if name in short:
                yield f"{_TOP}.{attribute}"


def _packages(tree: ast.AST) -> Iterator[str]:
    """Yield the top names of modules that a tree imports from elsewhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _as_module(cells: Iterable[str]) -> ast.Module:
    return ast.Module([statement for cell in cells for statement in _statements(cell)], [])


def _statements(source: str) -> list[ast.stmt]:
    """Return a cell's statements; a line of IPython's, such as ``%time``, is one, too."""
    from IPython.core.inputtransformer2 import TransformerManager

    to_python = TransformerManager().transform_cell  # type: ignore[no-untyped-call]
    try:
        return ast.parse(to_python(source)).body
    except SyntaxError:  # an exercise's unfinished line, for instance: it imports nothing
        return []
