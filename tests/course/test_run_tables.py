"""One tidy table, in CSV or Parquet; a class's tables become one."""

import pytest

from bnn_teach.course.run_tables import load_table, merge, tabulate
from bnn_teach.errors import ArgumentError

ROWS = [
    {"seed": 0, "scale": 1.0, "mean": 0.25, "ends": [1, 2.5], "error": "", "seconds": 1.0},
    {"seed": 1, "scale": 1.0, "error": 'cell [3] failed, with "quotes"', "seconds": None},
]


def table(seeds):
    rows = [{"seed": seed, "mean": seed / 7, "error": "", "seconds": 1.0} for seed in seeds]
    return tabulate(rows, ["seed"])


def test_all_rows_have_the_same_columns():
    made = tabulate(ROWS, ["seed", "scale"])
    assert made.columns == ("seed", "scale", "mean", "ends", "error", "seconds")
    assert made.failed == 1 and made.rows[1]["mean"] is None


def test_csv(tmp_path):
    tabulate(ROWS, ["seed", "scale"]).save(tmp_path / "new" / "table.csv")
    assert (tmp_path / "new" / "table.csv").read_text() == (
        "seed,scale,mean,ends,error,seconds\n"
        '0,1.0,0.25,"[1, 2.5]",,1.0\n'
        '1,1.0,,,"cell [3] failed, with ""quotes""",\n'
    )
    assert load_table(tmp_path / "new" / "table.csv").rows[0]["ends"] == "[1, 2.5]"


def test_parquet(tmp_path):
    made = table(range(5))
    made.save(tmp_path / "table.parquet")
    assert load_table(tmp_path / "table.parquet") == made


def test_the_tables_of_a_class_become_one(tmp_path):
    for student in range(3):
        table(range(2 * student, 2 * student + 2)).save(tmp_path / f"{student}.csv")
    merged = merge(sorted(tmp_path.glob("*.csv")), ["seed"])
    merged.save(tmp_path / "class.csv")
    table(range(6)).save(tmp_path / "whole.csv")
    assert (tmp_path / "class.csv").read_text() == (tmp_path / "whole.csv").read_text()


def test_a_replicate_counts_once(tmp_path):
    table([0, 1]).save(tmp_path / "a.csv")
    table([1, 2]).save(tmp_path / "b.csv")
    with pytest.raises(ArgumentError, match=r"b.csv: the row with seed=1 is in .*a.csv already"):
        merge([tmp_path / "a.csv", tmp_path / "b.csv"], ["seed"])


def test_tables_of_different_columns_do_not_mix(tmp_path):
    table([0]).save(tmp_path / "a.csv")
    tabulate(ROWS, ["seed", "scale"]).save(tmp_path / "b.csv")
    with pytest.raises(ArgumentError, match="only one of the two has ends, scale"):
        merge([tmp_path / "a.csv", tmp_path / "b.csv"], ["seed"])


def test_what_is_no_table_is_named(tmp_path):
    (tmp_path / "a.parquet").write_text("seed,mean")
    for path in (tmp_path / "a.parquet", tmp_path / "none.csv"):
        with pytest.raises(ArgumentError, match="no table that can be read"):
            load_table(path)


@pytest.mark.parametrize("address", ["s3://bucket/table.csv", "gs://a/b.parquet", "file:/a.csv"])
def test_an_address_is_no_folder_of_this_machine(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match="expected a file of this machine"):
        tabulate(ROWS, ["seed"]).save(address)
    assert not list(tmp_path.iterdir())
