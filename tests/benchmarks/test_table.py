"""The summary says what the records say, and a goal is met exactly when its number says so."""

import json

import pytest

from tests.benchmarks.goals import WAITING, at_least, at_most
from tests.benchmarks.table import renew, summarise, text
from tests.benchmarks.workloads import WORKLOADS


def call(seed, wall, leapfrogs, ess, **other):
    return {
        "seed": seed, "wall": wall, "cpu": 2 * wall, "sampling": None, "split": None,
        "leapfrogs": leapfrogs, "gradients": 2 * leapfrogs, "divergent": 0, "ess": ess,
        "acceptance": 0.85,
        "ess_min": ess, "ess_single": ess, "rhat_max": 1.01,
    } | other  # fmt: skip


@pytest.fixture
def write(tmp_path):
    (tmp_path / "runs").mkdir()

    def write(workload, peer, number, calls):
        record = {
            "workload": vars(WORKLOADS[workload]), "peer": peer, "calls": calls,
            "cold_wall": 20.0, "cold_cpu": 25.0, "import_wall": 8.0, "versions": {peer: "1.0"},
            "peak_mb": {"self": 512, "child": 0}, "load_before": [1.0], "load_after": [3.0],
        }  # fmt: skip
        path = tmp_path / "runs" / f"{workload}-{peer}-{number}.json"
        path.write_text(json.dumps(record))
        return tmp_path

    return write


def test_cost_is_the_median_of_warm_calls_and_ess_the_mean_of_all(write):
    for number, wall in enumerate((1.0, 4.0, 2.0)):
        build = write(
            "bnn", "ours", number,
            [call(10 * number, 9.0, 500_000, 100), call(10 * number + 1, wall, 500_000, 300)],
        )  # fmt: skip
    row = summarise(build)["workloads"]["bnn"]["ours"]
    assert row["wall_us"] == 2.0 and row["cpu_us"] == 4.0 and row["wall_us_range"] == [1.0, 4.0]
    assert row["ess"] == 200 and row["ess_per_million"] == 200
    assert row["ess_per_second"] == pytest.approx(200 / (7 / 3), rel=1e-3)
    assert (row["rounds"], row["seeds"]) == (3, 6)


def test_a_cold_run_is_split_into_parts_that_add_up(write):
    told = call(0, 12.0, 500_000, 100, split={"trace": 1.0, "compile": 4.0})
    build = write("bnn", "ours", 0, [told, call(1, 6.0, 500_000, 100)])
    write("bnn", "pymc", 0, [call(0, 12.0, 500_000, 100), call(1, 6.0, 500_000, 100)])
    rows = summarise(build)["workloads"]["bnn"]
    assert rows["ours"]["split"] == {"import": 8, "trace": 1, "compile": 4, "run": 7}
    assert rows["pymc"]["split"] == {"import": 8, "trace": 0, "compile": 6, "run": 6}


def test_factors_are_how_many_times_better_we_are(write):
    build = write("bnn", "ours", 0, [call(0, 9.0, 500_000, 1), call(1, 1.0, 500_000, 1)])
    write("bnn", "nutpie", 0, [call(0, 9.0, 500_000, 1), call(1, 2.0, 500_000, 1)])
    summary = summarise(build)
    goals = {row["goal"]: row for row in summary["goals"]}
    assert goals["bnn: a leapfrog beside nutpie"]["value"] == 2.0
    assert goals["bnn: a leapfrog beside nutpie"]["met"] is False
    assert goals["bnn: wall µs a leapfrog"]["met"] is False
    assert goals["bnn: a leapfrog beside pymc"]["met"] is None
    assert "| bnn: a leapfrog beside nutpie | ≥ 2.5 × | 2.00 × (CPU 2.00 ×) | no |" in text(summary)


def test_a_process_that_failed_is_named(write):
    build = write("bnn", "ours", 0, [call(0, 9.0, 500_000, 1), call(1, 1.0, 500_000, 1)])
    (build / "runs" / "bnn-nutpie-0.json").write_text(json.dumps({"error": "no such module"}))
    summary = summarise(build)
    assert summary["failed"] == ["bnn-nutpie-0"] and list(summary["workloads"]["bnn"]) == ["ours"]


@pytest.mark.parametrize(("value", "met"), [(1.0, True), (1.1, True), (1.2, False), (None, None)])
def test_bounds(value, met):
    assert at_most("a", value, 1.1)["met"] is met
    assert at_least("a", value, 1.1)["met"] is (None if value is None else value >= 1.1)


def test_a_goal_that_is_not_met_says_where_the_time_goes(write):
    split = {"trace": 0.1, "compile": 0.0, "warmup": 0.2, "drawing": 0.3, "recording": 0.05}
    ours = [call(seed, 1.0, 500_000, 90 + seed, split=split) for seed in range(4)]
    build = write("mixing", "ours", 0, ours)
    write(
        "mixing",
        "nutpie",
        0,
        [call(seed, 9.0, 500_000, 95 + seed, acceptance=0.8) for seed in range(4)],
    )
    write("bnn", "ours", 0, ours)
    write("bnn", "pymc", 0, [call(0, 20.0, 500_000, 90, sampling=8.0)])
    write("normal", "ours", 0, ours)
    write("normal", "blackjax", 0, [call(seed, 0.5, 500_000, 90 + seed) for seed in range(4)])
    summary = summarise(build)
    assert summary["workloads"]["normal"]["ours"]["warm_split"]["rest"] == pytest.approx(0.35)
    why = {row["goal"]: row["why"] for row in summary["goals"]}
    # sd of 90 .. 93 is 1.29, so the error of a mean is 0.645, and that of the factor 0.95 is 0.01.
    assert (
        "0.95 ± 0.01, 5.6 standard errors below 1: a true difference"
        in (why["prior scale 1: ESS of f a gradient beside nutpie"])
    )
    assert (
        "came to 0.85 and 0.80: our steps are the smaller ones"
        in (why["prior scale 1: ESS of f a gradient beside nutpie"])
    )
    assert (
        "takes 8 µs on the clock, beside 1 of ours. That is its sampling alone; its whole call, "
        "which compiles every time, takes 20 µs a leapfrog, 20 times ours. In CPU time, 40 µs, "
        "the factor is 20." in why["bnn: a leapfrog beside pymc"]
    )
    assert (
        "trace 100.0, warmup 200.0, drawing 300.0, recording 50.0, rest 350.0"
        in (why["normal: warm ESS a second, best peer"])
    )
    assert all(row["why"] == "" for row in summary["goals"] if row["met"] is not False)
    assert (
        f"- normal: warm ESS a second, best peer: {why['normal: warm ESS a second, best peer']}"
        in (text(summary))
    )


def test_what_is_waited_for_is_the_median_of_rounds_and_has_goals(write):
    split = {"trace": 0.1, "compile": 0.0, "warmup": 0.2, "drawing": 0.3, "recording": 0.05}
    build = write("normal", "ours", 0, [call(seed, 1.0, 10, 90, split=split) for seed in (0, 1)])
    write("normal", "blackjax", 0, [call(seed, 1.0, 10, 90) for seed in (0, 1)])
    trees = [call(0, 1.0, 40_000, 9), call(1, 1.0, 48_000, 9)]
    write("normals", "ours", 0, trees)
    write("normals", "nutpie", 0, [call(seed, 1.0, 20_000, 9) for seed in (0, 1)])
    for number, seconds in enumerate((7.0, 6.0, 9.0)):
        waited = dict.fromkeys(WAITING, seconds) | {"plain_import": 10.0, "another_scale": 0.0}
        (build / "runs" / f"waiting-{number}.json").write_text(json.dumps(waited))
    summary = summarise(build)
    assert summary["waiting"]["lab_0"] == 7.0
    found = {row["goal"]: row for row in summary["goals"]}
    assert found["import, of TensorFlow's and TFP's own"]["value"] == 0.7
    assert found["another prior scale: tracing and compiling"]["met"] is True
    assert found["normal, a new process to its trace: best peer"]["value"] == 1.0
    beside = found["normal, warm: beside the compiled program"]  # 1 s less .2 and .3
    assert beside["value"] == pytest.approx(500)
    assert "takes 500.0 ms. trace 100.0, recording 50.0, rest 350.0." in beside["why"]
    assert found["notebook 01's bt.sample, ten seconds after the import"]["met"] is False
    assert found["100 normals: leapfrogs a draw, beside nutpie's"]["value"] == pytest.approx(2.2)


def test_what_is_waited_for_is_renewed_alone(write):
    build = write("bnn", "ours", 0, [call(0, 9.0, 500_000, 1), call(1, 2.0, 500_000, 1)])
    stored = json.loads(json.dumps(summarise(build)))
    del stored["waiting"]
    (build / "runs" / "bnn-ours-0.json").unlink()
    (build / "runs" / "waiting-0.json").write_text(json.dumps(dict.fromkeys(WAITING, 2.0)))
    renewed = renew(stored, summarise(build))
    assert renewed["waiting"]["lab_10"] == 2.0 and renewed["load"] == stored["load"]
    assert renewed["workloads"] == stored["workloads"]


def test_workloads_measured_again_take_the_place_of_the_stored_ones(write, tmp_path):
    write("bnn", "ours", 0, [call(0, 9.0, 500_000, 1), call(1, 2.0, 500_000, 1)])
    build = write("normal", "ours", 0, [call(0, 9.0, 500_000, 1), call(1, 2.0, 500_000, 1)])
    stored = json.loads(json.dumps(summarise(build)))
    (build / "runs" / "bnn-ours-0.json").unlink()
    write("normal", "ours", 0, [call(0, 9.0, 500_000, 1), call(1, 1.0, 500_000, 1)])
    renewed = renew(stored, summarise(build))
    assert renewed["workloads"]["normal"]["ours"]["wall_us"] == 1.0
    assert renewed["workloads"]["bnn"]["ours"]["wall_us"] == 2.0
    assert {g["goal"]: g["met"] for g in renewed["goals"]}["bnn: wall µs a leapfrog"] is False
