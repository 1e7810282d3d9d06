"""The exercises of the course, which check themselves: engine, checks, sheets and pages.

Read :mod:`~bnn_teach.course.exercises.checking` first: it is what ``bt.check("05.2", answer)``
does. ``expectations`` is the vocabulary of the checks, ``limits`` bounds an answer's time and
memory, ``results`` shows what was found. ``checks_00`` to ``checks_16`` hold the checks and hints
of each notebook, ``sheets`` reads the sources of the exercises, and ``pages`` writes them into the
notebooks.
"""
