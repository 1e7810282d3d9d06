"""An exhibit in Python: its grid, its values, its sentence, and numbers between the stored ones."""

import subprocess
import sys

import pytest

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError, ExhibitError


def slope(n, kind="up"):
    rise = n if kind == "up" else -n
    line = ex.Line([0, 1], [0, rise], "nuts")
    return ex.Frame([ex.Panel([line], ylim=(-10, 10))], f"It goes {kind} by {n:g}.")


@pytest.fixture
def controls():
    return [ex.Slider("n", [1, 3, 9], "rise"), ex.Choice("kind", ["up", "down"])]


@pytest.fixture
def live(controls):
    return ex.Exhibit(slope, controls, title="Slopes", live=True)


def test_every_combination_is_stored_in_the_order_that_the_script_counts(controls):
    exhibit = ex.Exhibit(slope, controls, title="Slopes")
    said = [frame["says"] for frame in exhibit.figure["frames"]]
    assert said[:3] == ["It goes up by 1.", "It goes down by 1.", "It goes up by 3."]
    assert len(said) == 6


def test_the_sentence_follows_the_values(controls):
    exhibit = ex.Exhibit(slope, controls, title="Slopes")
    assert exhibit.values == {"n": 1, "kind": "up"}
    assert exhibit.set(n=9, kind="down").says == "It goes down by 9."
    assert exhibit.values == {"n": 9, "kind": "down"}
    assert repr(exhibit) == "Exhibit('Slopes'): It goes down by 9."


def test_the_reader_can_be_observed(controls):
    exhibit = ex.Exhibit(slope, controls, title="Slopes")
    seen = []
    exhibit.observe(lambda change: seen.append(change["new"]["n"]), "values")
    exhibit.set_state({"values": {"n": 3, "kind": "up"}})  # as a message from the page does
    assert seen == [3]


def test_what_is_shown_without_widgets_is_stable(controls):
    data, _ = ex.Exhibit(slope, controls, title="Slopes")._repr_mimebundle_()
    assert data["text/plain"] == "Exhibit('Slopes'): It goes up by 1."
    assert "application/vnd.jupyter.widget-view+json" in data


def test_a_control_that_does_not_exist_is_told(controls):
    exhibit = ex.Exhibit(slope, controls, title="Slopes")
    with pytest.raises(ArgumentError, match="Did you mean 'kind'"):
        exhibit.set(kinds="up")
    with pytest.raises(ArgumentError, match="expected one of 1, 3, 9"):
        exhibit.set(n=5)


def test_live_computes_between_the_stored_values(live):
    assert live.set(n=5).says == "It goes up by 5."
    assert live.off_grid["values"] == {"n": 5, "kind": "up"}
    assert live.off_grid["frames"][0]["says"] == "It goes up by 5."
    with pytest.raises(ArgumentError, match="from 1 to 9"):
        live.set(n=10)


def test_what_goes_wrong_in_live_is_told_to_the_page(controls):
    def fails(n, kind):
        if n == 5:
            raise RuntimeError("no such slope")
        return slope(n, kind)

    exhibit = ex.Exhibit(fails, controls, title="Slopes", live=True)
    exhibit.set(n=5)
    assert exhibit.off_grid["failed"] == "RuntimeError: no such slope"


def test_a_kernel_answers_the_script(live, monkeypatch):
    sent = []
    monkeypatch.setattr(live, "send", sent.append)
    live._handle_custom_msg({"kind": "hello"}, [])
    live._handle_custom_msg({"kind": "something else"}, [])
    assert sent == [{"kind": "here"}]


def test_what_goes_wrong_in_a_frame_says_where():
    def broken(n):
        return slope(1 / (n - 2))

    with pytest.raises(ZeroDivisionError) as caught:
        ex.Exhibit(broken, [ex.Slider("n", [1, 2, 3])], title="t")
    assert "called with n=2" in caught.value.__notes__[0]


def test_an_exhibit_needs_controls_of_different_names():
    with pytest.raises(ArgumentError, match="got none"):
        ex.Exhibit(slope, [], title="t")
    with pytest.raises(ArgumentError, match="two are called 'n'"):
        ex.Exhibit(slope, [ex.Slider("n", [1, 2]), ex.Slider("n", [1, 2])], title="t")
    with pytest.raises(ArgumentError, match="got dict"):
        ex.Exhibit(slope, [{}], title="t")


def test_a_function_that_returns_no_frame_is_told():
    with pytest.raises(ExhibitError, match="returned NoneType"):
        ex.Exhibit(lambda n: None, [ex.Slider("n", [1, 2])], title="t")


def test_a_drawn_band_is_among_the_values(drawn):
    band = {"lower": [-1.0] * 11, "upper": [1.5] * 11}
    assert drawn.values["band"] == {"lower": [-1.0] * 11, "upper": [1.0] * 11}
    assert drawn.set(band=band).values["band"] == band
    assert drawn.says == "Two points."


def test_importing_the_package_loads_no_widgets():
    code = "import sys, bnn_teach; print('anywidget' in sys.modules or 'ipywidgets' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
