"""``python -m bnn_teach VERB``: see :mod:`bnn_teach.course.cli`."""

import sys

from bnn_teach.course.cli import main

if __name__ == "__main__":
    sys.exit(main())
