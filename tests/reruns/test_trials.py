"""Claims are tried with other seeds and data, and what is stored of them is held to the page."""

import json

from bnn_teach.cli import main
from bnn_teach.reruns import trials
from bnn_teach.reruns.kernels import Kernels
from tests.reruns.conftest import write_notebook

CLAIMS = """bt.claim("seeds go on", seed >= 0 and data_seed == seed + 7, seed=seed)
bt.claim("usually one is odd", seed % 2 == 1, half=seed / 2)
bt.claim("two is not reached", seed != 2, seed=seed)"""
PARAMETERS = "seed: int = 0  # of the draws\ndata_seed: int = 7  # of the data"


def run(words, holds=True, **numbers):
    return {"words": words, "holds": holds, "numbers": numbers}


def entry(held, runs=20, words="a band narrows", **more):
    claims = {words: {"held": held, "numbers": {"width": [0.1, 0.25, 0.5]}}}
    facts = {"version": "v", "runs": runs, "failed": 0, "errors": [], "other_data": True}
    return facts | {"claims": claims} | more


def page_with(cell, folder):
    page = write_notebook(folder)
    notebook = json.loads(page.read_text())
    notebook["cells"][1]["source"] = PARAMETERS
    notebook["cells"][2]["source"] = "import bnn_teach as bt"
    notebook["cells"][3:] = notebook["cells"][3:4]
    notebook["cells"][3]["source"] = cell
    page.write_text(json.dumps(notebook))
    return page


def test_a_page_is_run_with_other_seeds_and_other_data(tmp_path, capsys, monkeypatch):
    page = page_with(CLAIMS, tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)  # whose notebooks are found without being named
    store = tmp_path / "claims.json"
    words = ["claims", "-o", str(tmp_path / "out")]
    words += ["--store", str(store), "--runs", "3", "--workers", "3"]
    assert main(words) == 1  # one claim does not hold often enough, and does not say so
    told = capsys.readouterr().out
    assert "two is not reached: held in 2 of 3 other runs: seed 2 (1 to 3)" in told
    assert told.splitlines()[-1].startswith("42: 'two is not reached' held in 2 of 3 other runs.")
    [(number, found)] = trials.load(store).items()
    assert number == "42" and (found["runs"], found["failed"], found["other_data"]) == (3, 0, True)
    assert {w: c["held"] for w, c in found["claims"].items()} == {
        "seeds go on": 3, "usually one is odd": 2, "two is not reached": 2
    }  # fmt: skip
    assert found["claims"]["usually one is odd"]["numbers"]["half"] == [0.5, 1.0, 1.5]
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.ipynb")}
    assert len(files) == 3 and main([*words, "--folder", str(page.parent)]) == 1
    assert files == {path: path.stat().st_mtime_ns for path in files}


def test_the_runs_of_a_page_share_a_kernel_and_outlive_its_death(tmp_path):
    cell = "import os\nos._exit(1) if seed == 3 else bt.record(process=os.getpid())"
    found = trials.try_claims(page_with(cell, tmp_path), 5, tmp_path / "out")
    assert (found["failed"], found["errors"][0].count("the kernel died")) == (1, 1)
    facts = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("*.json")]
    process = {each["parameters"]["seed"]: each["results"]["process"] for each in facts}
    assert process[1] == process[2] != process[4] == process[5]


def test_a_kernel_that_was_never_started_ends_without_a_word():
    with Kernels() as kernels:
        kernels.mine({})


def test_the_shares_of_numbers_that_some_runs_lack():
    found = trials.shares([[run("a", x=None, y=1.0)], [run("a", False, x=2.0, y=3.0)], []])
    assert found == {"a": {"held": 1, "numbers": {"x": [2.0, 2.0, 2.0], "y": [1.0, 2.0, 3.0]}}}
    assert trials.shares([[run("a", x=None)]])["a"]["numbers"]["x"] == [None] * 3


def test_what_is_not_in_order_is_said():
    words = ["a band narrows"]

    def told(*arguments):
        return [each.removeprefix("00: ") for each in trials.problems("00", *arguments)]

    assert told(words, entry(18)) == told([], None) == []
    [low] = told(words, entry(17))
    assert low.startswith("'a band narrows' held in 17 of 20 other runs. Write what does hold")
    for fair in ("a band usually narrows", "Usually so", "in 4 of 5 runs a band narrows"):
        assert told([fair], entry(17, words=fair)) == []
    missing, gone = told(["another"], entry(20))
    assert missing.startswith("no other run is stored of the claim 'another'")
    assert told(["another"], None) == [missing]
    assert gone.startswith("'a band narrows' is stored, and is no claim of the page any more")
    twice = told(["a", "a"], entry(20, words="a"))
    assert twice == ["'a' is claimed 2 times. Say of each what it is about."]
    assert "it has 11 claims" in told([str(k) for k in range(11)], None)[0]


def test_the_badge_tells_share_spread_and_what_was_not_tried():
    words = "a band narrows"
    spread = ": width 0.25 (0.1 to 0.5)"
    assert trials.in_words(words, entry(19), "v") == f"held in 19 of 20 other runs{spread}"
    older = f"held in 19 of 20 other runs of an earlier version{spread}"
    assert trials.in_words(words, entry(19), "w") == older
    same = trials.in_words(words, entry(19, other_data=False), "v")
    assert same == f"held in 19 of 20 other runs on the same data{spread}"
    alike = entry(19)
    alike["claims"][words]["numbers"] = {"width": [0.25] * 3}
    found = trials.in_words(words, alike, "w")
    assert found == f"{older.removesuffix(spread)}, with the same numbers in each"
    assert trials.in_words(words, alike | {"runs": 1}, "v").startswith("held in 19 of 1 other run")
    for untried in (None, entry(19, words="b")):
        assert trials.in_words(words, untried, "v") == "not yet tried with other seeds and data"
