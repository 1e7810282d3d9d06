"""The parts of the playground that need no page: addresses, quantiles, words, programs.

They are JavaScript, so a browser runs them; what they say is compared with NumPy, or with words.
"""

import json
import pathlib

import numpy as np
import pytest

from bnn_teach.course.playground import presets
from bnn_teach.exhibits import live
from bnn_teach.exhibits.live.bundle import bundle

pytestmark = pytest.mark.browser
HERE = pathlib.Path(live.__file__).parent
GRID = [round(-1.2 + 0.025 * i, 3) for i in range(97)]
ALL = {
    "points": [[-0.5, 0.25], [0.125, -2]],
    "prior": 0.7,
    "noise": 0.3,
    "learned": False,
    "width": 10,
    "activation": "tanh",
    "shows": ["nuts", "advi", "draws"],
}


@pytest.fixture(scope="module")
def run(browser):
    """Return a function that evaluates JavaScript with the parts in scope."""
    page = browser.new_page()
    parts = [f"{{ {bundle(HERE / f'{name}.js')}; parts.{name} = {name}; }}" for name in NAMES]
    page.add_script_tag(content=f"const parts = {{}}; {' '.join(parts)}")

    def evaluate(script, /, **given):
        names = ", ".join(NAMES)
        body = f"const {{ {names} }} = parts; return ({script});"
        return page.evaluate(f"(given) => {{ with (given) {{ {body} }} }}", given)

    yield evaluate
    page.close()


NAMES = ("settings", "address", "bands", "words", "python")


# --- Settings and addresses ----------------------------------------------------------------------


def complete(run, some):
    return run("settings.complete(some)", some=some)


def test_a_link_says_exactly_what_is_on_the_screen(run):
    known = presets()
    for some in (
        ALL,
        ALL | {"points": []},
        ALL | {"learned": True, "noise": 0.1},
        known["outlier"],
    ):
        now = complete(run, some)
        link = run("address.written(now, known)", now=now, known=known)
        assert run("address.read('#' + link, known, settings.START)", link=link, known=known) == now
        assert run("encodeURI(link) === link", link=link)


def test_points_that_are_a_preset_go_by_its_name(run):
    known = presets()
    now = complete(run, known["article"])
    link = run("address.written(now, known)", now=now, known=known)
    assert link == "live&data=article&prior=1&noise=0.1&width=5&activation=relu&shows=nuts"


@pytest.mark.parametrize("hash_", ["", "#", "#what-you-see", "#live-and-well", "#alive&prior=1"])
def test_another_place_of_the_page_is_no_experiment(run, hash_):
    assert run("address.read(text, {}, settings.START)", text=hash_) is None


def test_a_link_that_makes_no_sense_leaves_what_was(run):
    rest = complete(run, ALL)
    odd = "#live&data=__proto__&prior=wide&noise=-1&width=1e9&activation=exp&shows=&x&=3"
    read = run("address.read(text, {}, rest)", text=odd, rest=rest)
    assert read == rest | {"shows": ["nuts"]}
    broken = "#live&points=0.1:0.2,x:1,0.3,5:9,Infinity:0"
    read = run("address.read(text, {}, rest)", text=broken, rest=rest)
    assert read["points"] == [[0.1, 0.2], [1.2, 3]]
    for odd in ("#live&%", "#live&points=:&prior=%E0%A4%A", "#live&points=,:0,1:&noise=NaN&="):
        read = run("address.read(text, {}, rest)", text=odd, rest=rest)
        assert read in (rest, rest | {"points": []})
    assert run("address.read('#100%', {}, settings.START)") is None


def test_settings_from_anywhere_are_made_sensible(run):
    some = {"points": [[0.12345, -0.00001], [9, -9], [None, 1]], "prior": "1", "width": 5.4}
    now = complete(run, some | {"shows": ["draws", "nonsense"]})
    assert now["points"] == [[0.123, 0], [1.2, -3]]
    assert (now["prior"], now["width"], now["shows"]) == (1, 5, ["nuts", "draws"])
    many = run("settings.complete({ points: Array(500).fill([0, 0]) }).points.length")
    assert many == run("settings.MOST_POINTS")


# --- Bands ---------------------------------------------------------------------------------------


def chains(*arrays):
    return [{"rows": a.ravel().tolist(), "count": len(a), "width": a.shape[1]} for a in arrays]


TYPED = "chains.map((each) => ({ ...each, rows: Float64Array.from(each.rows) }))"


def test_quantiles_are_those_of_numpy(run):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(31, 4)), rng.normal(size=(20, 4))
    shares = [0.025, 0.25, 0.5, 0.975]
    found = run(f"bands.quantiles(bands.thinned({TYPED}, 1e9), p)", chains=chains(a, b), p=shares)
    np.testing.assert_allclose(found, np.quantile(np.concatenate([a, b]), shares, axis=0))


def test_thinned_rows_come_evenly_from_all_chains(run):
    a, b = np.arange(60.0)[:, None], np.arange(100.0, 140.0)[:, None]
    thinned = f"bands.thinned({TYPED}, 10).map((row) => row[0])"
    assert run(thinned, chains=chains(a, b)) == [*range(0, 60, 10), *range(100, 140, 10)]


def test_the_gain_of_a_point_is_that_of_a_gaussian_process(run):
    rng = np.random.default_rng(1)
    f = rng.normal(size=(200, 6)) @ rng.normal(size=(6, 9))
    noise = 0.3
    found = run(f"[...bands.gains(bands.thinned({TYPED}, 1e9), s2)]", chains=chains(f), s2=noise)
    c = np.cov(f.T)
    left = [c - np.outer(c[:, s], c[s]) / (c[s, s] + noise) for s in range(9)]
    expected = [np.trace(c - each) / 9 for each in left]
    np.testing.assert_allclose(found, expected)
    assert run("bands.best(values)", values=expected) == int(np.argmax(expected))


# --- Words ---------------------------------------------------------------------------------------


def test_the_sentence_says_the_widths_where_a_reader_looks(run):
    half = [abs(x) + 0.1 for x in GRID]
    band = {"name": "NUTS", "lower": [-h for h in half], "upper": half}
    points = [[x, 0] for x in (-0.5, -0.45, -0.4, 0.4, 0.45, 0.5)]
    say = "words.sentence(points, grid, shown)"
    assert run(say, points=points, grid=GRID, shown=[band]) == (
        "Given 6 points, the 95 % band of NUTS is 1.1 wide at the points, "
        "0.2 in the gap (x = 0) and 2.6 at x = 1.2."
    )
    other = band | {"name": "ADVI"}
    assert run(say, points=points[:1], grid=GRID, shown=[band, other]) == (
        "Given 1 point, the 95 % band of NUTS is 1.2 wide at the point and 2.6 at x = 1.2; "
        "that of ADVI 1.2 and 2.6."
    )
    assert run(say, points=[], grid=GRID, shown=[band]).startswith("Before any data, the 95 % ")


def test_the_gap_is_where_no_point_is(run):
    def gap(points):
        return run("words.gapOf(points)", points=points)

    assert gap(presets()["article"]["points"]) == pytest.approx(0)
    assert gap(presets()["no_gap"]["points"]) is None
    assert gap([[0.3, 0]]) is None and gap([[0.3, 0], [-0.3, 0]]) is None


# --- Programs ------------------------------------------------------------------------------------


def program(run, **changed):
    return run("python.asPython(settings.complete(some))", some=ALL | changed)


def test_a_program_has_the_points_and_the_model(run):
    text = program(run)
    compile(text, "program", "exec")
    assert "-0.5, 0.125," in text and "0.25, -2.0," in text
    assert "hidden=(10, 10), prior_scale=0.7, noise_scale=0.3, activation=tf.tanh" in text
    assert max(len(line) for line in program(run, **presets()["article"]).splitlines()) <= 99
    assert "bt.fit" not in program(run, shows=["nuts"])
    assert "bt.sample(" not in program(run, shows=["advi"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::bnn_teach.errors.ConvergenceWarning")
@pytest.mark.parametrize("changed", [{"learned": True, "width": 2}, {"points": [], "width": 2}])
def test_a_program_runs_and_is_the_model_on_the_screen(run, changed):
    import bnn_teach as bt
    from bnn_teach.course.playground import Playground

    text = program(run, **changed).replace("1000", "20").replace("10_000", "50")
    found = {}
    exec(compile(text, "program", "exec"), found)
    assert found["curves"].shape[-1] == len(GRID)
    settings = json.loads(json.dumps(complete(run, ALL | changed)))
    mine, its = (
        bt.LogDensity(m) for m in (Playground(settings, "", "", False).model(), found["net"])
    )
    z = np.linspace(-1, 1, mine.size, dtype=np.float32)
    assert list(mine.slots) == list(its.slots)
    assert mine.log_prob(z) == pytest.approx(float(its.log_prob(z)), rel=1e-5)
