"""The pictures of the course: data, bands of uncertainty, the ELBO, and how far to trust them.

One function draws one kind of picture. Each takes arrays, or an ``xarray.DataArray`` such as
``trace["posterior"]["bnn.f"]``, and returns a Matplotlib ``Axes``, so that a picture is built in
layers::

    ax = plot_band(x, draws)                            # what the model believes
    plot_data(data.x, data.y, truth=data.truth, ax=ax)  # what there was to learn from
    alt_text(ax)                                        # the same, in words

Three arguments mean the same everywhere: ``ax`` is where to draw, on a new figure if it is left
out; ``role`` says whose picture it is, a key of :data:`colors` such as ``"advi"``; and ``label`` is
its name in the legend and in :func:`alt_text`. What cannot be drawn is a ``ShapeError`` or an
``ArgumentError`` that names the argument, what it got and what was expected.

Three habits run through the files. Bands are central quantiles, never mean ± 2 sd: far from the
data the draws have heavy tails, and a standard deviation would describe a few of them. A colour
never stands alone: each role of :data:`colors` has its own line style, marker or hatch. And a
picture that hides something says so: where the frame crops a band, triangles and a note appear at
its edge.

Read ``data`` and ``bands`` first, then ``elbo``, ``diagnostics``, ``ranks``, ``plane`` and
``reliability``; they stand on ``style``, ``arrays``, ``words``, ``captions`` and
``uniformity``. Next: :mod:`bnn_teach.course.datasets`, for something to draw.
"""

from bnn_teach.plots.bands import plot_band, plot_prior_functions
from bnn_teach.plots.captions import Band, Region, alt_text
from bnn_teach.plots.data import plot_data
from bnn_teach.plots.diagnostics import (
    ESS_ENOUGH,
    RHAT_FAIR,
    RHAT_GOOD,
    plot_band_with_diagnostics,
    plot_function_diagnostics,
)
from bnn_teach.plots.elbo import plot_elbo
from bnn_teach.plots.noise import plot_noise, plot_uneven_noise, plot_walks
from bnn_teach.plots.plane import plot_classes, plot_map
from bnn_teach.plots.ranks import plot_rank_ecdf, plot_rank_grid, plot_ranks
from bnn_teach.plots.reliability import plot_reliability
from bnn_teach.plots.style import Look, colors, style
from bnn_teach.plots.tradeoffs import plot_costs, plot_tradeoff
from bnn_teach.plots.uniformity import Uniformity, uniform_band, uniformity

__all__ = [
    "plot_data", "plot_band", "plot_prior_functions", "plot_elbo",
    "plot_function_diagnostics", "plot_band_with_diagnostics",
    "plot_ranks", "plot_rank_ecdf", "plot_rank_grid", "plot_map", "plot_classes",
    "plot_reliability", "plot_tradeoff", "plot_costs",
    "plot_noise", "plot_walks", "plot_uneven_noise", "alt_text",
    "uniformity", "uniform_band", "Uniformity",
    "style", "colors", "Look", "Band", "Region", "RHAT_GOOD", "RHAT_FAIR", "ESS_ENOUGH",
]  # fmt: skip
