"""The posterior in the reader's browser: NUTS and ADVI in plain JavaScript, without a kernel.

One concept a file, as in :mod:`bnn_teach.mcmc`, whose algorithms they repeat. Read ``random.js``,
``network.js``, ``particle.js``, ``nuts.js``, ``adaptation.js``, ``advi.js``, then ``chain.js``,
which runs them in a worker; ``convergence.js`` judges their draws. A worker that is made from a
text also runs in a page from disk, but it knows no modules: so :func:`joined` makes one script of
the files.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
WORKER = ("random", "network", "particle", "nuts", "adaptation", "advi", "chain")
_IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=(class|const|function)\b)", re.MULTILINE)


def joined(*names: str) -> str:
    """Return the code of some files, in this order, as one script without imports and exports.

    Parameters
    ----------
    *names : str
        Files of this folder, without their ending.

    Returns
    -------
    str
    """
    texts = [(HERE / f"{name}.js").read_text(encoding="utf-8") for name in names]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)


def worker_source() -> str:
    """Return the script of a worker that runs chains; what it hears and says is in ``chain.js``."""
    return f'"use strict";\n{joined(*WORKER)}\nlistenAsWorker(self);\n'
