"""The worker's protocol: what it hears, what it says, and when; and the one script it is made of.

Time is the test's: a clock that a test moves, and a queue of what the chain wants to do next.
"""

import re
import shutil
import subprocess

import numpy as np

from bnn_teach.exhibits import live
from tests.exhibits.live.running import node, run

X = np.linspace(-0.5, 0.5, 6).tolist()
SETTINGS = {
    "method": "nuts",
    "widths": [3],
    "activation": "tanh",
    "priorScale": 1.0,
    "noiseScale": 0.1,
    "x": X,
    "y": X,
    "grid": [-1.0, 0.0, 1.0],
    "seed": 5,
    "warmup": 40,
    "draws": 60,
}

STAGE = """
// Hears and says as a worker does; every look at the clock takes `tick` milliseconds.
function stage(tick = 1) {
  const said = [];
  const queue = [];
  let clock = 0;
  const send = (message) => said.push(structuredClone(message));
  const tell = listener(send, (work) => queue.push(work), () => (clock += tick));
  const slice = () => queue.length > 0 && (queue.shift()(), true);
  const finish = () => { while (slice()); };
  const start = (settings, run = 1, chain = 0) => tell({ type: "start", run, chain, settings });
  return { said, tell, slice, finish, start };
}
const plain = ({ f = [], noise = [], ...rest }) => ({ ...rest, f: [...f], noise: [...noise] });
"""


def said(tmp_path, code, **changes):
    """Run a scene and return what the worker said."""
    return run(tmp_path, STAGE + code, settings=SETTINGS | changes)


WHOLE = "const s = stage(); s.start(data.settings); s.finish(); answer(s.said.map(plain));"


def test_a_run_tells_of_every_draw_and_ends(tmp_path):
    *draws, end = said(tmp_path, WHOLE)
    assert end["type"] == "done" and {m["type"] for m in draws} == {"draws"}
    assert all((m["run"], m["chain"]) == (1, 0) for m in [*draws, end])
    for warmup, number in [(True, 40), (False, 60)]:
        own = [m for m in draws if m["warmup"] == warmup]
        assert sum(m["count"] for m in own) == number and len(own) > 1
        for m in own:
            assert len(m["f"]) == 3 * m["count"] and len(m["noise"]) == m["count"]
    flags = [m["warmup"] for m in draws]
    assert flags == sorted(flags, reverse=True)
    for name in ("leapfrogs", "seconds"):
        numbers = [m[name] for m in draws]
        assert numbers == sorted(numbers) and numbers[0] > 0
    assert len({m["stepSize"] for m in draws if not m["warmup"]}) == 1


def test_draws_do_not_depend_on_the_slices(tmp_path):
    code = """
    const drawn = [0.1, 1, 40].map((tick) => {
      const s = stage(tick); s.start(data.settings); s.finish();
      return s.said.flatMap((m) => [...(m.f ?? [])]);
    });
    const other = stage(); other.start(data.settings, 1, 1); other.finish();
    drawn.push(other.said.flatMap((m) => [...(m.f ?? [])]));
    answer(drawn);
    """
    small, middle, large, other = said(tmp_path, code)
    assert small == middle == large != other and len(small) == len(other)


def test_a_pause_a_stop_and_a_new_start_are_heard_between_slices(tmp_path):
    code = """
    const s = stage(4);
    const count = () => s.said.length;
    const seen = {};
    s.start(data.settings);
    const slices = () => { for (let i = 0; i < 12; i += 1) s.slice(); };
    slices();
    s.tell({ type: "pause" }); s.finish(); seen.paused = count();
    s.finish(); seen.still = count();
    s.tell({ type: "resume" }); s.tell({ type: "resume" }); slices(); seen.resumed = count();
    s.start(data.settings, 2, 3); s.finish(); seen.runs = s.said.map((m) => m.run);
    seen.chain = s.said.at(-1).chain;
    seen.last = s.said.at(-1).type; seen.second = s.said.filter((m) => m.run === 2)
      .flatMap((m) => [...(m.f ?? [])]).length;
    const before = count();
    s.start(data.settings, 3); s.slice(); s.tell({ type: "stop" }); s.finish();
    s.tell({ type: "resume" }); s.tell({ type: "pause" }); s.finish();
    seen.stopped = count() - before;
    answer(seen);
    """
    seen = said(tmp_path, code)
    assert seen["paused"] == seen["still"] < seen["resumed"]
    assert seen["runs"] == sorted(seen["runs"]) and set(seen["runs"]) == {1, 2}
    assert (seen["last"], seen["chain"], seen["second"]) == ("done", 3, 3 * 100)
    assert seen["stopped"] <= 1  # what was said before it heard


def test_a_preview_goes_on_from_where_the_chain_is(tmp_path):
    code = """
    const first = (s) => s.said.filter((m) => m.run === 2)[0];
    const preview = { ...data.settings, warmup: 0, draws: 20, preview: true };
    const s = stage(); s.start(data.settings); s.finish();
    const step = s.said.at(-2).stepSize;
    s.start(preview, 2); s.finish();
    const other = stage(); other.start({ ...data.settings, widths: [2] }); other.finish();
    other.start(preview, 2); other.finish();
    const anew = stage(); anew.start(data.settings); anew.finish();
    s.start(data.settings, 3); s.finish();
    const rows = (m) => [...(m.f ?? [])];
    const all = (stage, run) => stage.said.filter((m) => m.run === run).flatMap(rows);
    answer({ step, goesOn: first(s).stepSize, other: first(other).stepSize,
      same: JSON.stringify(all(anew, 1)) === JSON.stringify(all(s, 3)) });
    """
    seen = said(tmp_path, code)
    assert seen["goesOn"] == seen["step"] != seen["other"]  # another size has another metric
    assert seen["same"]  # and whoever starts anew starts where everybody does


def test_a_fit_tells_how_far_it_is(tmp_path):
    *fits, end = said(tmp_path, WHOLE, method="advi")
    assert end["type"] == "done"
    steps = [m["step"] for m in fits]
    assert steps == sorted(steps) and steps[-1] == fits[0]["steps"] == 10_000
    for m in fits:
        assert m["type"] == "fit" and len(m["f"]) == 3 * len(m["noise"]) and m["seconds"] > 0
    assert fits[-1]["elbo"] > fits[0]["elbo"]


def test_without_points_it_is_the_prior(tmp_path):
    """Of a line, f(x) = w x + b: Normal with variance s² (1 + x²), and sigma is half-normal."""
    warm, kept = 300, 4000
    messages = said(
        tmp_path, WHOLE, x=[], y=[], widths=[], priorScale=2.0, noiseScale=None,
        warmup=warm, draws=kept,
    )  # fmt: skip
    own = [m for m in messages if m["type"] == "draws" and not m["warmup"]]
    f = np.concatenate([np.reshape(m["f"], (-1, 3)) for m in own])
    sigma = np.concatenate([m["noise"] for m in own])
    exact = np.array([8.0, 4.0, 8.0])
    error = 5 * np.sqrt(2 / (kept / 4))  # at least a quarter of the draws count
    np.testing.assert_allclose((f**2).mean(0), exact, rtol=error)
    np.testing.assert_allclose((sigma**2).mean(), 0.25, rtol=error)
    advi = said(tmp_path, WHOLE, x=[], y=[], method="advi")
    assert advi[-1]["type"] == "done"


def test_data_without_a_density_are_told(tmp_path):
    for method in ("nuts", "advi"):
        (message,) = said(tmp_path, WHOLE, method=method, y=[1e200] * 6)
        assert message["type"] == "failed" and "finite" in message["message"]
        assert (message["run"], message["chain"]) == (1, 0)


# ---- the files -----------------------------------------------------------------------------------


def test_one_script_has_no_modules_left_and_no_name_twice():
    source = live.worker_source() + live.joined("convergence")
    assert not re.search(r"^\s*(import|export)\b", source, re.MULTILINE)
    names = re.findall(r"^(?:async )?(?:function|const|let|class)\s+(\w+)", source, re.MULTILINE)
    assert len(names) == len(set(names))
    assert len(source) < 60_000


def test_the_files_are_modules_too(tmp_path):
    """What one file imports, another exports."""
    for path in live.HERE.glob("*.js"):
        shutil.copy(path, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name in (*live.WORKER, "convergence"):
        code = f"import('{(tmp_path / name).as_uri()}.js')"
        subprocess.run([node(), "-e", code], check=True, capture_output=True)


def test_lines_fit_on_a_page_of_the_book():
    for name in (*live.WORKER, "convergence"):
        lines = (live.HERE / f"{name}.js").read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 260 and max(map(len, lines)) <= 79, name
