"""Pictures that answer back: a reader moves a control, and sees what follows.

An exhibit is one function that draws one picture for one setting of its controls::

    def frame(n):
        return ex.Frame([ex.Panel([ex.Line(x, mean[n], role="nuts")], xlabel="x")], says=...)

    ex.Exhibit(frame, [ex.Slider("n", [1, 10, 100], label="points")], title="More data narrow it")

All frames are computed when the exhibit is built and are stored in the notebook, so it works in
JupyterLab, and in a page without any Python behind it; ``small_multiples`` is the same picture on
paper. One script, ``static/figure.js``, draws every exhibit.

Read ``marks``, ``frames``, ``controls`` and ``drawing``, then ``storage``, ``exhibit`` and
``pictures``; ``panels`` has what several exhibits show. An exhibit that needs more than a few lines
has a module of its own, which a notebook imports by its name, such as
:mod:`bnn_teach.course.chapters.ch06.exhibit`.
"""

from bnn_teach.exhibits.controls import Choice, Play, Slider
from bnn_teach.exhibits.drawing import Draw, interval_score
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Band, Bars, Line, Mark, Points, Polygon, Segments, Text

__all__ = [
    "Exhibit", "Frame", "Panel", "Mark",
    "Line", "Band", "Points", "Polygon", "Bars", "Segments", "Text",
    "Slider", "Choice", "Play", "Draw", "interval_score",
]  # fmt: skip
