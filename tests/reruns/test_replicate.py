"""The stored tables of notebooks 14, 15 and 18, a rerun, and one that goes on where it stopped."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from bnn_teach import cli
from bnn_teach.course.chapters.ch14 import contest
from bnn_teach.course.chapters.ch15 import experiment as digits
from bnn_teach.course.chapters.ch18 import experiment
from bnn_teach.course.chapters.ch18 import rows as table_rows
from bnn_teach.reruns import replicate

STORED = "data/18_replicate.csv"
SPLIT_TABLES = {"18_concrete.csv", "18_airfoil.csv"}


def test_the_stored_table_has_every_method_of_every_split():
    rows = table_rows.read_rows(STORED)
    cases = {(row["table"], row["split"]) for row in rows}
    assert cases == set(table_rows.CASES)
    names = [(row["table"], row["split"], row["method"]) for row in rows]
    assert len(set(names)) == len(names)
    for case in cases:
        methods = {row["method"] for row in rows if (row["table"], row["split"]) == case}
        runs = {*experiment.LENGTHS, *experiment.LONGER.get(case, ())}
        parts = {f"{run}, one {part}" for run in runs for part in ("draw", "chain")}
        assert methods == {"line", "MAP", "ensemble", *runs, *parts}
    for row in rows:
        assert (row["rmse"] is None) != (row["accuracy"] is None)
        whole = row["method"].startswith("NUTS") and "one" not in row["method"]
        assert (row["r_hat"] is not None) == whole
    line = next(r["rmse"] for r in rows if (r["table"], r["method"]) == ("airfoil", "line"))
    assert line == pytest.approx(0.659863, abs=1e-6)


def test_the_stored_table_of_digits_has_every_method_of_every_split():
    stored = table_rows.read_rows("data/15_digits.csv")
    assert {(row["table"], row["split"]) for row in stored} == set(digits.CASES)
    bayesian = [(name, t) for name in digits.SCALES for t in digits.TEMPERATURES]
    for split in range(len(digits.CASES)):
        own = [row for row in stored if row["split"] == split]
        assert [(row["method"], row["temperature"]) for row in own] == [
            ("logistic regression", None),
            ("MLP", None),
            *bayesian,
        ]
        assert all((row["r_hat"] is None) == (row["temperature"] is None) for row in own)


def test_what_was_published_says_where_it_was_read():
    rows = table_rows.read_rows("data/18_published.csv")
    assert rows and all(row["source"] for row in rows)
    for row in rows:
        assert row["rmse"] or row["accuracy"]


@pytest.mark.slow
def test_a_rerun_gives_the_stored_rows_bit_for_bit():
    stored = [r for r in table_rows.read_rows(STORED) if (r["table"], r["split"]) == ("iris", 0)]
    again = experiment.run_split("iris", 0)
    assert [row["method"] for row in again] == [row["method"] for row in stored]
    for before, now in zip(stored, again, strict=True):
        for name in now.keys() - {"seconds"}:
            assert before[name] == now[name], (before["method"], name)


def _made_up(table, split=0, seed=0):
    return [{"table": table, "split": split, "method": "line", "rmse": 0.1 + split, "seconds": 1.0}]


def test_a_split_that_is_there_is_not_run_again(tmp_path, monkeypatch):
    calls, store = [], tmp_path / "table.csv"

    def run(table, split):
        calls.append((table, split))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return _made_up(table, split)

    monkeypatch.setattr(experiment, "run_split", run)
    cases = [("concrete", 0), ("concrete", 1)]
    with pytest.raises(KeyboardInterrupt):
        replicate.replicate(tmp_path / "out", store, cases)
    assert not store.exists()
    rows = replicate.replicate(tmp_path / "out", store, cases)
    assert calls == [("concrete", 0), ("concrete", 1), ("concrete", 1)]
    assert [row["rmse"] for row in rows] == [0.1, 1.1] and rows[0]["accuracy"] is None
    assert rows == table_rows.read_rows(store)


@pytest.mark.parametrize(
    ("page", "module", "count", "last"),
    [("14", contest, 5, "friedman 4"), ("18", experiment, 9, "airfoil 0")],
)
def test_the_command_writes_the_table_and_says_how_far_it_is(
    page, module, count, last, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(module, "run_split", _made_up)
    places = [page, "-o", str(tmp_path / "out"), "--store", str(tmp_path)]
    assert cli.main(["replicate", *places]) == 0
    said = capsys.readouterr().out
    assert f"{count} splits, of which 0 are done, in" in said and f"{last}: done" in said
    assert cli.main(["replicate", *places]) == 0
    assert f"{count} splits, of which {count} are done, in" in capsys.readouterr().out
    assert cli.main(["replicate", "17"]) == 1
    assert "17: expected one of 14, 15, 18" in capsys.readouterr().err


def test_on_a_cluster_the_rows_are_those_of_one_machine(tmp_path, monkeypatch):
    @contextmanager
    def connect(address, source):
        assert address == "tcp://here:1" and source.endswith("18_did_the_literature_converge.ipynb")
        with ThreadPoolExecutor(2) as pool:
            yield pool

    monkeypatch.setattr(experiment, "run_split", _made_up)
    monkeypatch.setattr(replicate, "connect", connect)
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    replicate.replicate(tmp_path / "a", here)
    replicate.replicate(tmp_path / "b", there, cluster="tcp://here:1")
    assert here.read_bytes() == there.read_bytes()


def test_what_is_kept_belongs_to_one_version(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "run_split", _made_up)
    replicate.replicate(tmp_path, tmp_path / "t.csv", [("airfoil", 0)])
    [kept] = tmp_path.glob("airfoil-0-*.json")
    assert json.loads(kept.read_text("utf-8"))["rows"] == _made_up("airfoil")
    assert replicate.version() in kept.name


@pytest.mark.parametrize(
    ("page", "data"), [("14", set()), ("15", SPLIT_TABLES), ("18", SPLIT_TABLES)]
)
def test_a_version_has_the_data_and_not_the_table_that_is_made(page, data, monkeypatch):
    from bnn_teach.authoring import fingerprint

    read, data_named = [], fingerprint.data_named

    def named(*given):
        read.extend(data_named(*given))
        return data_named(*given)

    monkeypatch.setattr(fingerprint, "data_named", named)
    replicate.version(page)
    # the digits are scikit-learn's; their scores are those of 18, which reads its tables
    assert {path.name for path in read} == data
