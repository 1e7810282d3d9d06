"""``python -m bnn_teach VERB``: see :mod:`bnn_teach.cli`."""

import sys

from bnn_teach.cli import main

if __name__ == "__main__":
    sys.exit(main())
