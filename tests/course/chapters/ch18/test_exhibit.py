"""The exhibit and the figure of notebook 18 show what the stored table says."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bnn_teach.course.chapters.ch18.exhibit import SHORT, split_by_split
from bnn_teach.course.chapters.ch18.figures import place, plot_agreement, r_hat_ticks
from bnn_teach.course.chapters.ch18.rows import CASES, read_rows
from bnn_teach.errors import ArgumentError


@pytest.fixture(scope="module")
def rows():
    return read_rows("data/18_replicate.csv")


def test_each_split_has_its_frames_and_its_numbers(rows):
    exhibit = split_by_split(rows)
    assert len(exhibit.figure["frames"]) == 2 * len(CASES)
    for row in rows:
        if row["method"] != "NUTS":
            continue
        shown = exhibit.set(split=f"{row['table']} {row['split']}", score="log density")
        assert f"{row['r_hat']:.3g} in the usual one" in shown.says
        heights = [mark.arrays["y"][0] for mark in shown.frame.panels[1].marks]
        assert heights[-1] == pytest.approx(row["log_density"])
        assert len(heights) == len(SHORT)
        point = exhibit.set(split=f"{row['table']} {row['split']}", score="error or accuracy")
        assert ("RMSE" if row["rmse"] else "accuracy") in point.says


def test_a_split_without_a_method_is_named(rows):
    less = [row for row in rows if (row["split"], row["method"]) != (1, "MAP")]
    with pytest.raises(ArgumentError, match=r"1 has no 'MAP'.*replicate"):
        split_by_split(less)


def test_dots_lie_where_the_ticks_say():
    ticks = r_hat_ticks(place(1.005), place(2.5))
    assert list(ticks.values()) == ["1.01", "1.02", "1.05", "1.1", "1.2", "1.5", "1.7", "2", "2.5"]
    assert next(iter(ticks)) == pytest.approx(place(1.01)) == pytest.approx(-2)
    assert place(0.9993) == place(1.0) == -3.0


def test_the_figure_has_a_panel_a_table_and_a_dot_a_run(rows):
    runs = [row for row in rows if row["r_hat"] is not None]
    axes = plot_agreement(runs)
    assert [ax.get_title() for ax in axes] == list(dict.fromkeys(r["table"] for r in runs))
    dots = [line for ax in axes for line in ax.lines if line.get_marker() not in ("None", "")]
    assert len(dots) == len(runs)
    found = sorted(float(np.ravel(line.get_ydata())[0]) for line in dots)
    assert found == pytest.approx(sorted(row["log_density"] for row in runs))
    plt.close("all")
