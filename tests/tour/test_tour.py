"""The tour, with tiny sizes: it writes what it promises, and the numbers are the formula's."""

import json
import re
import struct

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.course.datasets import normal_sample
from bnn_teach.tour import tour

SMALL = tour.TourSettings(
    seed=1, num_chains=2, burn_in=100, num_samples=200, num_fits=2, num_steps=2000, num_points=13
)


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    folder, lines = tmp_path_factory.mktemp("tour") / "new" / "folder", []
    numbers = tour.run_tour(folder, SMALL, report=lines.append)
    return folder, numbers, lines


def test_the_file_holds_what_is_returned(taken):
    folder, numbers, _ = taken
    assert json.loads((folder / "tour.json").read_text(encoding="utf-8")) == numbers


def test_settings_and_versions_allow_to_repeat_it(taken):
    numbers = taken[1]
    assert numbers["settings"] == SMALL._asdict()
    assert {"python", "bnn_teach", "tensorflow", "numpy"} <= numbers["versions"].keys()


def test_every_step_is_timed(taken):
    steps = ("nuts", "prediction", "diagnostics", "advi", "exact", "picture")
    assert all(taken[1][step]["seconds"] >= 0 for step in steps)


def test_the_sampler_is_counted(taken):
    nuts = taken[1]["nuts"]
    assert nuts["draws"] == 400
    # Each of the 2 x 200 trees has from 1 to 1023 leapfrogs, and so has each of warm-up.
    assert 400 <= nuts["leapfrogs"]["sampling"] <= 400 * 1023
    assert 200 <= nuts["leapfrogs"]["burn_in"] <= 200 * 1023
    assert 0 <= nuts["divergences"] <= 400
    assert 0 <= nuts["trees_at_maximal_depth"] <= 400


def test_diagnostics_overall_are_no_better_than_near_the_data(taken):
    facts = taken[1]["diagnostics"]
    assert 0.99 < facts["max_r_hat"]["inside_data"] <= facts["max_r_hat"]["overall"]
    for key in ("min_ess_bulk", "min_ess_tail"):
        assert 0 < facts[key]["overall"] <= facts[key]["inside_data"]


def test_the_best_fit_is_chosen(taken):
    advi = taken[1]["advi"]
    assert [each["seed"] for each in advi["fits"]] == [1, 2]
    best = max(advi["fits"], key=lambda each: each["elbo"])
    assert (advi["chosen_seed"], advi["elbo"]) == (best["seed"], best["elbo"])


def test_the_exact_answer_is_the_textbooks(taken):
    facts, x = taken[1]["exact"], normal_sample().astype(float)
    # By quadrature, which shares nothing with the conjugate formula.
    loc = np.linspace(0, 6, 20_001)
    log_density = -0.5 * (loc / 10) ** 2 - 0.5 * ((x[:, None] - loc) ** 2).sum(0)
    weight = np.exp(log_density - log_density.max())
    mean = np.average(loc, weights=weight)
    assert facts["exact"]["mean"] == pytest.approx(mean, abs=1e-6)
    sd = np.sqrt(np.average((loc - mean) ** 2, weights=weight))
    assert facts["exact"]["sd"] == pytest.approx(sd, abs=1e-6)


def test_both_algorithms_agree_with_it(taken):
    facts = taken[1]["exact"]
    exact, nuts, advi = facts["exact"], facts["nuts"], facts["advi"]
    for key in ("mean", "sd"):
        assert abs(nuts[key] - exact[key]) < 4 * nuts[f"{key}_mcse"]
        # q is exact at the optimum; Adam's last rate, 1e-4, leaves it within a few per cent of sd.
        assert advi[key] == pytest.approx(exact[key], abs=0.1 * exact["sd"])


def test_the_picture_is_a_png_that_carries_its_own_description(taken):
    folder, numbers, _ = taken
    data = (folder / "tour.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width > 1.2 * height > 1000
    alt = numbers["picture"]["alt"]
    for title in ("No-U-Turn sampler", "Mean-field ADVI", "Do the chains agree", "R-hat of f(x)"):
        assert title in alt
    assert "exactly 2.878" in alt
    assert alt.encode() in data


def test_each_step_says_what_it_found(taken):
    lines, numbers = taken[2], taken[1]
    steps = [line.split("  ")[0] for line in lines]
    assert steps == ["Data", "NUTS", "Function", "ADVI", "Exact check", "Picture"]
    text = "\n".join(lines)
    assert "40 points" in text
    assert f"{numbers['diagnostics']['max_r_hat']['overall']:.3f}" in text
    assert f"{numbers['advi']['elbo']:.1f}" in text
    assert f"{numbers['exact']['exact']['mean']:.4f}" in text
    assert max(map(len, text.splitlines()[:-1])) <= 100  # the last one names a folder


def test_what_the_sampler_warned_of_is_kept_and_not_shown(taken):
    # So few draws and so short a burn-in leave every tree at its maximal length.
    messages = taken[1]["nuts"]["warnings"]
    assert any(re.search("max_tree_depth|diverged", message) for message in messages)


def test_an_interrupt_stops_the_tour_and_leaves_no_files(monkeypatch, tmp_path):
    import warnings

    from bnn_teach.errors import InterruptedWarning

    real = bt.sample

    def interrupted(model, *_, **__):
        warnings.warn("Interrupted: 4 of 200 draws are kept.", InterruptedWarning, stacklevel=1)
        return real(model, 4, 10, 2, seed=0)

    monkeypatch.setattr(bt, "sample", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tour.run_tour(tmp_path / "out", SMALL)
    assert not (tmp_path / "out").exists()
