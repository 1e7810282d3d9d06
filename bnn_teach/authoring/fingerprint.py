"""Has a notebook to be run again: what its outputs depend on, as one short hash.

You will find three ideas. Only what is computed counts: the library's code is read as a syntax
tree, without comments, docstrings and layout, so that a better sentence forces no new run. Only
what is used counts: from the names in a notebook's cells the imports are followed, so that a change
of one plot does not touch a notebook without it. And what is read counts as it is: what stands
beside the code, such as an exhibit's script, the files of data and the modules beside the notebook
that the cells name, and the versions of the packages that all of these import. Next:
:mod:`bnn_teach.course.notebook_files`.

Notes
-----
A cell that shows the *source* of a function depends on its comments, too. Tag it
``nbval-check-output``: then the tests compare what it shows.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import glob
import hashlib
import pathlib
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, version

import bnn_teach
from bnn_teach.course.material import NOTEBOOKS

_TOP = "bnn_teach"
LIBRARY = pathlib.Path(bnn_teach.__file__).parent
_LONGEST_PATH = 400  # letters; a longer text is no path
_FOLDERS = {
    "Path",
    "PurePath",
    "path",
    "glob",
    "iglob",
    "rglob",
    "listdir",
    "scandir",
    "walk",
    "open",
}
"""Names of Python's by which a code handles folders, so that one of its texts may be a folder."""
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
    trees = [_as_module(cells), *_beside_notebook(_as_module(cells), folder)]
    imported = {package for tree in trees for package in _packages(tree)}
    texts = {text for tree in trees for text in _paths(tree)}
    for path in files_used(cells, library):
        code.update(path.relative_to(library).as_posix().encode())
        if path.suffix == ".py":
            text, _, strings, packages = _read(path, library)
            code.update(text.encode())
            imported |= packages
            texts |= {each for each in strings if "/" in each and each[0] not in "/."}
        else:
            code.update(path.read_bytes())
    for tree in trees[1:]:
        code.update(_structure(tree).encode())
    for name in data_named(texts, folder):
        code.update(name.read_bytes())
    code.update("\0".join(_versions(frozenset(imported))).encode())
    return code.hexdigest()[:16]


def data_named(texts: Iterable[object], folder: pathlib.Path) -> list[pathlib.Path]:
    """Return the files that some texts name, in a folder or among the course's own.

    A text is a path, or the beginning of one in a folder further down, as in ``f"data/{name}.csv"``
    or ``"data/*.csv"``: then all count that begin so.
    """
    found: set[pathlib.Path] = set()
    for text in texts:
        if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_PATH:
            continue
        for top in (folder, NOTEBOOKS):
            with contextlib.suppress(OSError, ValueError):  # no text that can be a path
                path = top / text
                if files := [path] if path.is_file() else _begun(top, text):
                    found.update(files)
                    break
    return sorted(found)


def _begun(top: pathlib.Path, text: str) -> list[pathlib.Path]:
    """Return the files below one of a folder's folders whose paths begin with a text."""
    head, sign, start = re.split(r"[*?\[]", text, maxsplit=1)[0].rpartition("/")
    place = top / head
    if not sign or not place.is_dir() or top.resolve() not in place.resolve().parents:
        return []
    found = place.glob(f"{glob.escape(start)}*")
    files = (each for path in found for each in ([path] if path.is_file() else path.rglob("*")))
    return [each for each in files if each.is_file()]


def _paths(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a tree that may be paths; a plain word may be a folder."""
    names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    names |= {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    for text in _strings(tree):
        yield text
        if names & _FOLDERS and "/" not in text and not text.startswith("."):
            yield f"{text}/"


def _beside_notebook(notebook: ast.Module, folder: pathlib.Path) -> list[ast.Module]:
    """Return the modules that a notebook imports or runs as scripts from its own folder."""
    todo, found = [notebook], dict[pathlib.Path, ast.Module]()
    while todo:
        tree = todo.pop()
        words = {word for text in _strings(tree) for word in text.split() if word.endswith(".py")}
        places = [folder / word for word in words]
        for name in set(_packages(tree)):
            places += [folder / f"{name}.py", *(folder / name).glob("*.py")]
        for path in places:
            if path not in found and path.is_file():
                with contextlib.suppress(SyntaxError, ValueError):  # a run will tell
                    todo.append(found.setdefault(path, ast.parse(path.read_bytes())))
    return [found[path] for path in sorted(found)]


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
        parents = {".".join(name.split(".")[:depth]) for depth in range(2, name.count(".") + 1)}
        _, used, strings, _ = _read(path, library)
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


_Read = tuple[str, set[str], set[str], set[str]]


def _read(path: pathlib.Path, library: pathlib.Path) -> _Read:
    """Return a module's code as a hash, names it imports of us, its strings, other packages."""
    package = ".".join([_TOP, *path.relative_to(library).parent.parts])
    return _read_text(path.read_text(encoding="utf-8"), package)


@functools.lru_cache(maxsize=512)
def _read_text(text: str, package: str) -> _Read:
    tree = ast.parse(text)
    code = hashlib.sha256(_structure(tree).encode()).hexdigest()
    return code, set(_names_used(tree, package)), set(_strings(tree)), set(_packages(tree))


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield the strings that a tree holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _structure(node: ast.AST) -> str:
    """Write a syntax tree without positions and docstrings, the same in every Python version."""
    parts = [type(node).__name__]
    for name, value in ast.iter_fields(node):
        values = value if isinstance(value, list) else [value]
        values = [each for each in values if each is not None and not _is_docstring(each)]
        if values:
            written = (_structure(v) if isinstance(v, ast.AST) else repr(v) for v in values)
            parts += [f"({name}=", *written, ")"]
    return "".join(parts)


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
