"""The picture in words has its numbers, and both say where the frame crops a band."""

import matplotlib.pyplot as plt
import matplotlib.text
import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.captions import caption_of, crop_artists, crop_notes

X = np.linspace(-2, 2, 81)
MINUS = "\N{MINUS SIGN}"


def test_band_sentence_gives_widths_where_they_matter(uniform_draws):
    width = np.where(np.abs(X) < 0.13, 1.5, 0.2 + X**2)
    data_x = np.concatenate([np.linspace(-0.6, -0.15, 20), np.linspace(0.15, 0.6, 20)])
    ax = plots.plot_band(X, uniform_draws(width), noise_draws=uniform_draws(width + 0.4))
    plots.plot_data(data_x, 0 * data_x, truth=lambda x: 0.95 * x, ax=ax)
    # 0.95 |x| is inside 0.475 (0.2 + x²) for |x| below 0.106 and above 1.894, and inside the hump.
    assert plots.alt_text(ax).split("function. ")[1] == (
        f"The 95 % band has width 4 at x = {MINUS}2, 0.21 at x = {MINUS}0.15 (its narrowest), "
        "1.4 at x = 0 (in the gap) and 4 at x = 2; with noise, 0.59 at "
        f"x = {MINUS}0.15; the true function lies inside it at 13.6 % of x."
    )


def test_band_sentence_speaks_of_what_is_seen(uniform_draws):
    ax = plots.plot_band(X, uniform_draws(1 + X**2))
    ax.set_xlim(-1, 1)
    assert plots.alt_text(ax) == (
        f"The 95 % band has width 1.9 at x = {MINUS}1, 0.95 at x = 0 (its narrowest) and "
        "1.9 at x = 1."
    )


def test_alt_text_of_a_figure_announces_each_title(normal_draws, losses):
    with plots.style():
        figure, (left, right) = plt.subplots(1, 2)
    plots.plot_band(X, normal_draws(), ax=left)
    plots.plot_elbo(losses, ax=right)
    left.set_title("NUTS")
    assert plots.alt_text(figure) == f"{plots.alt_text(left)} {plots.alt_text(right)}"
    assert plots.alt_text(figure).startswith("NUTS: The 95 % band")
    assert figure.get_layout_engine() is not None


def test_errors_name_what_was_given():
    with pytest.raises(ArgumentError, match="a Figure on which"):
        plots.alt_text(plt.figure())
    with pytest.raises(ArgumentError, match="got a str"):
        plots.alt_text("picture")


def rendered(ax):
    ax.figure.canvas.draw()
    return np.asarray(ax.figure.canvas.buffer_rgba()).astype(int)


def test_a_cropped_band_is_marked_in_the_picture(uniform_draws):
    ax = plots.plot_band(X, uniform_draws(2 * X**2), ylim=(-0.95, 0.95))
    # The 95 % band is ± 0.95 x², so it leaves at |x| = 1.
    assert crop_notes(ax) == [("95 % band", "|x| > 1")]
    assert plots.alt_text(ax).endswith("The 95 % band leaves the picture for |x| > 1.")
    marks, text = crop_artists(ax, crop_notes(ax))
    assert text.get_text() == "95 % band leaves the picture\nfor |x| > 1"
    assert text.get_position()[0] == pytest.approx(0, abs=0.02)
    assert [mark.get_marker() for mark in marks] == ["^", "v"]
    for mark in marks:
        assert len(mark.get_xdata()) > 5 and np.all(np.abs(mark.get_xdata()) > 1)
    with_marks = rendered(ax)
    caption_of(ax).set_visible(False)
    assert np.abs(with_marks - rendered(ax)).sum() > 0


def test_a_band_within_the_frame_has_no_marks(uniform_draws):
    ax = plots.plot_band(X, uniform_draws(2 * X**2))
    assert crop_notes(ax) == []
    assert "leaves" not in plots.alt_text(ax)
    picture = rendered(ax)
    caption_of(ax).set_visible(False)
    np.testing.assert_array_equal(picture, rendered(ax))


def test_later_limits_are_seen(uniform_draws):
    ax = plots.plot_band(X, uniform_draws(2 * X**2))
    ax.set_ylim(-0.95, 5)
    assert crop_notes(ax) == [("95 % band", "|x| > 1")]
    ax.set_xlim(-0.9, 0.9)
    assert crop_notes(ax) == []
    ax.set(xlim=(-2, 2), ylim=(5, -0.95))  # an axis upside down crops just as well
    assert crop_notes(ax) == [("95 % band", "|x| > 1")]


def test_noise_alone_leaves_the_picture(uniform_draws):
    draws, noisy = uniform_draws(np.ones(len(X))), uniform_draws(1 + X**2)
    ax = plots.plot_band(X, draws, noise_draws=noisy, ylim=(-0.95, 0.95))
    assert crop_notes(ax) == [("95 % band with noise", "|x| > 1")]


def test_each_of_two_bands_has_its_note_and_the_note_stays_inside(uniform_draws):
    ax = plots.plot_band(X, uniform_draws(2 * X**2), label="NUTS")
    plots.plot_band(X, uniform_draws(2 * (X + 1.9)), label="ADVI", role="advi", ax=ax)
    ax.set_ylim(-0.95, 0.95)
    (nuts, nuts_where), (advi, advi_where) = notes = crop_notes(ax)
    assert (nuts, nuts_where, advi) == ("NUTS 95 % band", "|x| > 1", "ADVI 95 % band")
    # Its width passes 1.9 at x = -0.9, which a grid of 401 places over [-2, 2] finds to 0.01.
    assert advi_where.startswith(f"x > {MINUS}0.")
    assert -float(advi_where.split(MINUS)[1]) == pytest.approx(-0.9, abs=0.011)
    _, text = crop_artists(ax, notes)
    assert text.get_text().splitlines()[1] == "NUTS 95 % band for |x| > 1"


def test_the_note_stays_inside_a_narrow_frame(monkeypatch, uniform_draws):
    drawn = []
    monkeypatch.setattr(matplotlib.text.Text, "draw", lambda text, renderer: drawn.append(text))
    # The only stretch at the top that is free lies at the right end, too narrow for the note.
    ax = plots.plot_band(X, uniform_draws(np.where(X > 1.5, 0.1, 10)), ylim=(-1, 1))
    ax.figure.canvas.draw()
    (note,) = [text for text in drawn if "leaves" in text.get_text()]
    words = note.get_window_extent()
    assert ax.bbox.x0 <= words.x0 and words.x1 <= ax.bbox.x1
    assert note.get_position()[0] > 1.5
