"""The course in a classroom: sheets handed out, collected, and graded with nbgrader.

A submission is a program of a stranger, so the heart of this package is where it runs:
:mod:`~bnn_teach.classroom.sandbox` builds a place without network, files or neighbours and
watches over it from outside; ``frames`` is the only way in or out; ``worker`` runs the cells in
there, and ``guard`` looks whether they changed what the checks are made of.
:mod:`~bnn_teach.classroom.examination` sends one notebook through it. Around that stands
nbgrader: ``folder`` makes its course folder, ``leaks`` reads what is handed out, ``preprocessors``
are our parts of its converters, and ``grading`` runs it for a whole class. Read
:mod:`~bnn_teach.classroom.examination` first.
"""
