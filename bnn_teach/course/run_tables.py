"""One tidy table: a row for each rerun, a column for each parameter and each result.

You will find how rows become a CSV or Parquet file, and how the files of a whole class become one.
Next: :mod:`bnn_teach.cli`.
"""

from __future__ import annotations

import csv
import json
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bnn_teach.arguments import is_address
from bnn_teach.errors import ArgumentError

LAST = ("error", "seconds")
"""The columns at the end: what went wrong, empty if nothing did, and the wall time."""


class Table(NamedTuple):
    """Rows with the same columns."""

    columns: tuple[str, ...]
    """Parameters, results, then ``error`` and ``seconds``."""
    rows: tuple[dict[str, Any], ...]
    """In the order of the grid; None where a row has no such result."""

    @property
    def failed(self) -> int:
        """How many rows have an error."""
        return sum(bool(row["error"]) for row in self.rows)

    def save(self, path: str | pathlib.Path) -> None:
        """Write the table: Parquet where the name ends so, otherwise CSV; lists become JSON."""
        if is_address(str(path)):
            raise ArgumentError(
                f"save: got {path}, expected a file of this machine. Choose one, and copy it to "
                "the address afterwards."
            )
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}")
        rows = [{name: _cell(row[name]) for name in self.columns} for row in self.rows]
        if path.suffix == ".parquet":
            pyarrow, parquet = _pyarrow()
            parquet.write_table(pyarrow.Table.from_pylist(rows), half)
        else:
            with half.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, self.columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        half.replace(path)


def tabulate(rows: Iterable[Mapping[str, Any]], parameters: Sequence[str]) -> Table:
    """Give all rows the same columns: parameters, results as they first appear, error, seconds."""
    rows = list(rows)
    results = dict.fromkeys(name for row in rows for name in row)
    middle = [name for name in results if name not in (*parameters, *LAST)]
    columns = (*parameters, *middle, *LAST)
    return Table(columns, tuple({name: row.get(name) for name in columns} for row in rows))


def load_table(path: str | pathlib.Path) -> Table:
    """Read a table that was saved; the cells of a CSV file stay texts."""
    path = pathlib.Path(path)
    try:
        if path.suffix == ".parquet":
            stored = _pyarrow()[1].read_table(path)
            return Table(tuple(stored.column_names), tuple(stored.to_pylist()))
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file, strict=True)
            rows = tuple(reader)
    except (OSError, ValueError, csv.Error) as error:
        raise ArgumentError(f"{path}: this is no table that can be read: {error}.") from None
    return Table(tuple(reader.fieldnames or ()), rows)


def merge(paths: Sequence[str | pathlib.Path], parameters: Sequence[str]) -> Table:
    """Put the tables of a class, or of several machines, into one.

    The values of the ``parameters`` tell the rows apart.

    Raises
    ------
    ArgumentError
        The files have different columns, or two rows have the same parameters.
    """
    if not paths:
        raise ArgumentError("merge: no table was given.")
    tables = {str(path): load_table(path) for path in paths}
    (first, like), *others = tables.items()
    for path, table in others:
        if set(table.columns) != set(like.columns):
            odd = sorted(set(table.columns) ^ set(like.columns))
            raise ArgumentError(
                f"{path}: its columns are not those of {first}; only one of the two has "
                f"{', '.join(odd)}. Merge tables of one notebook, in one version."
            )
    seen: dict[tuple[str, ...], str] = {}
    for path, table in tables.items():
        for row in table.rows:
            key = tuple(str(row.get(name)) for name in parameters)
            if key in seen:
                same = ", ".join(f"{n}={v}" for n, v in zip(parameters, key, strict=True))
                raise ArgumentError(
                    f"{path}: the row with {same} is in {seen[key]} already. Each counts once: "
                    "give every student another seed."
                )
            seen[key] = path
    return Table(like.columns, tuple(row for table in tables.values() for row in table.rows))


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | tuple) else value


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ArgumentError(
            "Parquet needs the package pyarrow, which is not installed. Install the extra "
            "'cluster', or let the file's name end in .csv."
        ) from None
    return pyarrow, pyarrow.parquet
