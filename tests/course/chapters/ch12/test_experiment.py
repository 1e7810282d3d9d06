"""A class as one experiment: the tables of many students become one histogram."""

import pathlib

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.__main__ import main
from bnn_teach.course.chapters.ch12.experiment import (
    PLACES,
    as_columns,
    covered,
    read_replications,
    thinned,
)
from bnn_teach.course.run_tables import load_table, merge, tabulate
from bnn_teach.errors import ArgumentError, ShapeError

STORED = pathlib.Path(__file__).parents[4] / "notebooks" / "data" / "12_replications.csv"
PARAMETERS = ["seed", "num_replications"]


def student(seed, count=8, narrow=0.3):
    """What a run of notebook 12 records: exact ranks for NUTS, those of narrow draws for ADVI."""
    rng = np.random.default_rng(seed)
    truth, noise = rng.standard_normal((count, 3)), rng.standard_normal((39, count, 3))
    found = as_columns(
        nuts=(noise < truth).sum(axis=0),
        advi=(narrow * noise < truth).sum(axis=0),
        replications=rng.uniform(size=(count, 3)),
        sine=rng.uniform(size=(2, 3)),
    )
    found |= {"r_hat": rng.uniform(1, 1.02, count), "r_hat_sine": rng.uniform(1, 1.1, 2)}
    row = {"seed": seed, "num_replications": count, "error": "", "seconds": 60.0}
    return row | {name: values.tolist() for name, values in found.items()}


@pytest.fixture
def tables(tmp_path):
    """Five students; one has swept three seeds, and one has a run that failed."""
    seeds = {"anna": [100], "ben": [101], "cem": [102, 103, 104], "dora": [105], "emil": [106]}
    for name, own in seeds.items():
        rows = [student(seed, 8 if name != "dora" else 20) for seed in own]
        if name == "emil":
            rows.append({"seed": 107, "num_replications": 8, "error": "cell [9] failed"})
        tabulate(rows, PARAMETERS).save(tmp_path / f"{name}.csv")
    return sorted(tmp_path.glob("*.csv"))


def test_a_class_becomes_one_histogram(tables, tmp_path):
    merge(tables, PARAMETERS).save(tmp_path / "class" / "class.csv")
    found = read_replications(tmp_path / "class" / "class.csv")
    assert found.seeds == [100, 101, 102, 103, 104, 105, 106]
    assert len(found.r_hat) == 6 * 8 + 20
    runs = [student(s, 20 if s == 105 else 8) for s in found.seeds]
    expected = np.concatenate([run["advi_gap"] for run in runs])
    figure = plots.plot_rank_grid(found.ranks, found.num_draws)
    (bars,) = figure.axes[4].containers  # the second row, the second place
    assert figure.axes[4].get_title() == "mean-field ADVI, gap"
    np.testing.assert_array_equal(
        [bar.get_height() for bar in bars], np.histogram(expected, 20, (-0.5, 39.5))[0]
    )
    assert sum(bar.get_height() for bar in bars) == len(found.r_hat)
    verdicts = {who: plots.uniformity(found.ranks[who]["beyond"], 39) for who in found.ranks}
    assert verdicts["nuts"].inside and not verdicts["advi"].inside
    assert len(found.covered["sine"]["gap"]) == len(found.r_hat_sine) == 7 * 2


def test_tables_may_be_read_without_merging_them_first(tables, tmp_path):
    merge(tables, PARAMETERS).save(tmp_path / "class" / "class.csv")
    one, many = read_replications(tmp_path / "class" / "class.csv"), read_replications(*tables)
    for who in one.ranks:
        for place in PLACES:
            np.testing.assert_array_equal(one.ranks[who][place], many.ranks[who][place])


def test_the_command_line_merges_what_can_be_read(tables, tmp_path, capsys):
    """With the parameters of the real notebook, which these tables share in part."""
    output = tmp_path / "class" / "class.csv"
    folder = str(STORED.parents[1])
    asked = ["merge", "12", *map(str, tables[:3]), "-o", str(output), "--folder", folder]
    assert main(asked) == 0
    assert "5 rows of 3 tables" in capsys.readouterr().out
    assert len(read_replications(output).r_hat) == 40


def test_coverage_is_the_share_of_the_middle_ranks(tables):
    found = read_replications(*tables)
    ranks = found.ranks["nuts"]["inside"]
    share, error = found.coverage("nuts", "inside")
    assert share == np.mean((ranks >= 1) & (ranks <= 38))
    assert error == pytest.approx(np.sqrt(share * (1 - share) / 68))


def test_the_same_replications_count_once(tables, tmp_path):
    tabulate([student(100, 20)], PARAMETERS).save(tmp_path / "anna2.csv")
    with pytest.raises(ArgumentError, match=r"the seed 100 is there twice.*from 100 on"):
        read_replications(*tables, tmp_path / "anna2.csv")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nuts_gap": [40] * 8}, "nuts_gap holds no rank from 0 to 39 a replication"),
        ({"advi_inside": [1, 2]}, "advi_inside holds no rank"),
        ({"r_hat": "many"}, "expected a table of notebook 12"),
        ({"error": "cell [3] failed"}, "without a run that ended well"),
    ],
)
def test_what_is_no_table_of_replications_is_told(tmp_path, change, words):
    tabulate([student(100) | change], PARAMETERS).save(tmp_path / "odd.csv")
    with pytest.raises(ArgumentError, match=words):
        read_replications(tmp_path / "odd.csv")


def test_a_table_of_another_notebook_is_told(tmp_path):
    tabulate([{"seed": 0, "width": 0.3, "error": "", "seconds": 1.0}], ["seed"]).save(
        tmp_path / "other.csv"
    )
    with pytest.raises(ArgumentError, match="sweep 12 --grid"):
        read_replications(tmp_path / "other.csv")
    with pytest.raises(ArgumentError, match="got no table"):
        read_replications()


def test_thinned_draws_are_far_apart():
    f = np.arange(4 * 100.0).reshape(4, 100, 1)
    kept = thinned(f)[:, 0]
    assert kept.shape == (39,) and kept[0] == 0 and kept[-1] == 399
    assert set(np.diff(kept)) == {10.0, 11.0}
    with pytest.raises(ShapeError, match="got 20 draws, expected at least 39"):
        thinned(np.zeros((2, 10, 3)))


def test_covered_counts_the_places_of_each_region():
    x = np.array([-1.5, -0.8, -0.6, 0.0, 0.15, 0.6, 1.0, 1.2], np.float32)[:, None]
    f = np.random.default_rng(0).uniform(-1, 1, (2, 500, 8))
    truth = np.array([0, 9, 0, 9, 9, 0, 0, 9.0])
    inside, gap, beyond = covered(x, f, truth)
    assert inside == pytest.approx(2 / 3)  # -0.6 and 0.6 of -0.6, 0.15 and 0.6
    assert gap == 0 and beyond == 0.5  # 0; -1.5 of -1.5 and 1.2


# --- The stored replications ------------------------------------------------------------------


def test_the_stored_replications_are_those_of_the_command_on_the_page():
    table = load_table(STORED)
    assert [int(row["seed"]) for row in table.rows] == list(range(10))
    for row in table.rows:
        assert row["num_replications"] == "32" and row["num_repeats"] == "6" and not row["error"]
    page = next(STORED.parents[1].glob("12_*.md")).read_text(encoding="utf-8")
    page = " ".join(page.replace("\\\n", " ").split())
    sizes = "--grid seed=0:10 -p num_replications=32 -p num_repeats=6"
    table = "-o out/12 --table notebooks/data/12_replications.csv"
    assert f"python -m bnn_teach sweep 12 {sizes} {table}" in page
    assert STORED.stat().st_size < 150_000


def test_in_the_stored_replications_nuts_is_uniform_and_mean_field_is_not():
    found = read_replications(STORED)
    assert len(found.r_hat) == 320
    for place in PLACES:
        assert plots.uniformity(found.ranks["nuts"][place], 39).inside, place
    shapes = {p: plots.uniformity(found.ranks["advi"][p], 39).words for p in PLACES}
    assert "too wide" in shapes["inside"]
    assert "too narrow" in shapes["gap"] and "too narrow" in shapes["beyond"]
