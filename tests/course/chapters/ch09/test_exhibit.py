"""The exhibit shows one transition of the reference, and its sentence says how that ended."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch09.exhibit import nuts_trajectories
from bnn_teach.course.chapters.ch09.experiment import neals_funnel
from bnn_teach.errors import ArgumentError
from bnn_teach.mcmc import particle, trajectories, trees
from bnn_teach.plots.landscapes import Landscape

START = (-1.4, -1.5)
MINUS = "\N{MINUS SIGN}"


def valley(z):
    force = z @ [[-50.5, 49.5], [49.5, -50.5]]
    return 0.5 * np.sum(z * force, axis=-1), force


@pytest.fixture(scope="module")
def exhibit():
    return nuts_trajectories(
        {
            "valley": (Landscape(valley, (-3, 3), (-3, 3)), START, 108),
            "funnel": (Landscape(neals_funnel, (-8, 8), (-8, 8), ("v", "x")), (-1.0, 0.3), 108),
        }
    )


def transition(part, depth, seed=108):
    start = particle.initial_state(valley, START)
    step = part * trajectories.stability_limit(valley, start.position)
    rng = np.random.default_rng(seed)
    return trees.nuts_step(valley, start, step, np.ones(2), rng, max_tree_depth=depth)[1]


def marks(exhibit, panel, kind):
    return [mark for mark in exhibit.frame.panels[panel].marks if mark.kind == kind]


@pytest.mark.parametrize(("part", "depth"), [(0.1, 7), (0.2, 6), (0.4, 3), (0.95, 7)])
def test_the_frame_is_the_reference_s_transition(exhibit, part, depth):
    exhibit.set(landscape="valley", part=part, depth=depth)
    info = transition(part, depth)
    line = marks(exhibit, 0, "line")[1]
    inside = np.abs(info.positions) < 20
    seen = np.column_stack([line.arrays["x"], line.arrays["y"]])
    np.testing.assert_allclose(seen[inside], info.positions[inside], atol=1e-9)
    points = {mark.options["label"]: mark for mark in marks(exhibit, 0, "points")}
    np.testing.assert_allclose(points["the draw"].arrays["x"], info.positions[info.chosen, 0])
    assert len(points["can be drawn"].arrays["x"]) == info.candidates.sum()
    lost = points.get("thrown away")
    assert (0 if lost is None else len(lost.arrays["x"])) == (~info.candidates).sum()
    kept = marks(exhibit, 1, "points")[0]
    error = info.energies - info.energies[info.start]
    shown = np.where(error > 3, np.nan, error)[info.candidates]
    np.testing.assert_allclose(kept.arrays["y"], shown)
    assert f"{info.tree_depth} of {depth} doubling" in exhibit.says
    assert f"{info.n_steps} leapfrog" in exhibit.says
    assert f"acceptance is {info.acceptance_rate:.2f}" in exhibit.says


def test_the_sentence_names_the_ending(exhibit):
    assert "has not turned yet" in exhibit.set(landscape="valley", part=0.1, depth=2).says
    diverged = exhibit.set(landscape="valley", part=1.05, depth=7).says
    assert "It diverged" in diverged and "beyond all bounds" in diverged
    ends = {exhibit.set(landscape="valley", part=part, depth=7).says for part in (0.1, 0.2, 0.4)}
    assert all("turn" in each for each in ends)


def test_small_steps_reach_farther_into_the_neck(exhibit):
    lowest = {}
    for part in (0.1, 0.95):
        exhibit.set(landscape="funnel", part=part, depth=7)
        kept = marks(exhibit, 0, "points")[0]
        lowest[part] = kept.arrays["x"].min()
    assert lowest[0.1] < lowest[0.95] - 1


def test_every_control_changes_the_sentence(exhibit):
    exhibit.set(landscape="valley", part=0.2, depth=6)
    first = exhibit.says
    assert exhibit.set(depth=7).says != first
    assert exhibit.set(depth=6, part=0.4).says != first
    assert exhibit.set(part=0.2, landscape="funnel").says != first


def test_between_the_stored_step_sizes_a_kernel_computes(exhibit):
    says = exhibit.set(landscape="valley", part=0.3, depth=6).says
    assert "0.3 of the limit" in says


def test_a_start_without_a_limit_is_refused():
    def bowl(z):
        return 0.5 * np.sum(z**2, axis=-1), z

    with pytest.raises(ArgumentError, match="'bowl' curves downwards in no direction"):
        nuts_trajectories({"bowl": (Landscape(bowl, (-1, 1), (-1, 1)), (0.0, 0.0), 0)})


def test_the_picture_on_paper_has_a_sentence_for_each_landscape(exhibit):
    from bnn_teach.plots import alt_text

    exhibit.set(part=0.2, depth=6)
    words = alt_text(exhibit.small_multiples({"landscape": ["valley", "funnel"]}))
    assert words.count("of the limit at the start") == 2
