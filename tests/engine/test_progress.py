"""Progress bars appear where somebody looks; an interrupt keeps what was computed."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest

from bnn_teach.engine.progress import interruptible, progress_bar

# ---- bars --------------------------------------------------------------------------------------


def shown(bar):
    with bar:
        return not bar.disable


@pytest.mark.parametrize("wish", [True, False])
def test_a_wish_decides(wish, monkeypatch):
    monkeypatch.setenv("BNN_TEACH_PROGRESS", "off")
    assert shown(progress_bar(10, "work", wish)) == wish


def test_bar_is_hidden_where_nobody_looks():
    assert not shown(progress_bar(10, "work", None))


@pytest.mark.parametrize(("setting", "expected"), [(None, True), ("on", True), ("off", False)])
def test_bar_shows_in_a_terminal(setting, expected, monkeypatch):
    monkeypatch.delenv("BNN_TEACH_PROGRESS", raising=False)
    if setting is not None:
        monkeypatch.setenv("BNN_TEACH_PROGRESS", setting)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert shown(progress_bar(10, "work", None)) == expected


def test_bar_is_hidden_where_there_is_no_standard_error(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert not shown(progress_bar(10, "work", None))


def test_bar_counts_to_its_end(capsys):
    with progress_bar(30, "NUTS", True) as bar:
        bar.update(10)
        bar.update(20)
        bar.set_postfix_str("step size 0.1")
    text = capsys.readouterr().err
    assert "NUTS" in text and "30/30" in text and "step size 0.1" in text


# ---- interrupts --------------------------------------------------------------------------------


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)  # Python runs the handler between two instructions


def test_first_interrupt_sets_the_event_and_the_handler_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as stop:
        assert not stop.is_set()
        interrupt()
        assert stop.is_set()
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    with interruptible() as stop:
        assert not stop.is_set()


def test_second_interrupt_raises():
    before = signal.getsignal(signal.SIGINT)
    with interruptible():
        interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    assert signal.getsignal(signal.SIGINT) is before


def test_handler_is_put_back_after_an_error():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="inside"), interruptible():
        raise ValueError("inside")
    assert signal.getsignal(signal.SIGINT) is before


def test_block_inside_a_block_shares_its_event():
    """So that nothing is lost between the end of sampling and the naming of the draws."""
    with interruptible() as outer:
        with interruptible() as inner:
            interrupt()
        assert inner is outer and outer.is_set()
        with interruptible() as later:
            assert later.is_set()


def test_ignored_interrupts_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible() as stop:
            interrupt()
            assert not stop.is_set()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_get_an_event_that_nobody_sets():
    found = []

    def work():
        with interruptible() as stop:
            found.append(stop.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


# ---- real interrupts of real runs --------------------------------------------------------------

RUNS = """
import os, signal, sys, threading, time, warnings
import numpy as np
import bnn_teach as bt

@bt.model
def slow(x):
    loc = yield bt.Normal("loc", 0.0, 10.0, batch_stack=300)
    yield bt.Deterministic("first", loc[0])
    yield bt.Normal("obs", loc, 1.0, observed=x)

x = np.random.default_rng(0).normal(3.0, 1.0, 300)

def sample(seed, num_samples=200_000, burn_in=100):
    trace = bt.sample(slow(x), num_samples, burn_in, seed=seed, progress=False)
    posterior, lp = trace["posterior"], trace["sample_stats"]["lp"]
    length = posterior.sizes["draw"]
    assert posterior["slow.loc"].shape == (4, length, 300) and length <= num_samples
    assert posterior["slow.first"].shape == lp.shape == (4, length)
    assert np.array_equal(posterior["slow.first"], posterior["slow.loc"][..., 0])
    assert np.isfinite(posterior["slow.loc"]).all() and np.isfinite(lp).all()
    assert trace["observed_data"]["slow.obs"].shape == (300,)
    return length, num_samples

def sample_warming_up(seed):
    return sample(seed, burn_in=10_000_000)

def fit(seed, num_steps=100_000_000):
    fit = bt.fit(slow(x), num_steps=num_steps, seed=seed, progress=False)
    assert len(fit.losses) <= num_steps and np.isfinite(fit.losses).all()
    assert fit.approximation.sample(2, seed=0)["posterior"].sizes["draw"] == 2
    return len(fit.losses), num_steps

def ring(after):
    time.sleep(after)
    os.kill(os.getpid(), signal.SIGINT)

def interrupted(run, seed, moment):
    bell = threading.Thread(target=ring, args=[moment])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bell.start()
        try:
            length, asked = run(seed)
        except KeyboardInterrupt:
            return "BEFORE"  # nothing had been computed yet
        finally:
            bell.join()
    assert [w.category for w in caught] == [bt.InterruptedWarning], caught
    assert f"Interrupted: {length} of {asked}" in str(caught[0].message)
    assert length < asked
    return length

warnings.simplefilter("ignore", bt.ConvergenceWarning)
sample(0, 1, 1), fit(0, 60)  # compile
warnings.simplefilter("error")
handler, rng = signal.getsignal(signal.SIGINT), np.random.default_rng(0)
for run, times in [(sample, 7), (sample_warming_up, 3), (fit, 4)]:
    for seed in range(times):
        kept = interrupted(run, seed, rng.uniform(0.3, 1.5))
        assert signal.getsignal(signal.SIGINT) is handler
        assert not [t for t in threading.enumerate() if t.name.startswith("ThreadPool")]
        print(run.__name__, kept, flush=True)
"""


@pytest.mark.slow
def test_real_interrupts_keep_draws_and_steps():
    """Ten interrupted samplings and four fits in one process, at random moments."""
    process = subprocess.run(
        [sys.executable, "-c", RUNS],
        cwd=pathlib.Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    lines = [line.split() for line in process.stdout.splitlines()]
    kept = {
        name: [int(number) for run, number in lines if run == name and number != "BEFORE"]
        for name in ("sample", "sample_warming_up", "fit")
    }
    assert len(lines) == 14 and sum(map(len, kept.values())) >= 12, lines
    assert sum(number > 0 for number in kept["sample"]) >= 4, kept
    assert set(kept["sample_warming_up"]) == {0}
    assert sum(number > 0 for number in kept["fit"]) >= 2, kept  # a busy machine may be slower
