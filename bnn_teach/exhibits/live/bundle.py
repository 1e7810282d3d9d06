"""One script of several: the files of this folder put together for a page that loads none.

A file of JavaScript here is an ordinary module, which a test can import. A page from disk and a
worker made from a Blob can not, so each module becomes a function that returns what it exports,
those that it imports first. Remarks and margins are left out. Next: ``playground.js``.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)/(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|const|let|class) (\w+))", re.MULTILINE)
_LIST = re.compile(r"^export \{([^}]*)\};$", re.MULTILINE)
_DEFAULT = re.compile(r"^export default .*$", re.MULTILINE)
_MARGIN = re.compile(r"^[ \t]+", re.MULTILINE)
_REMARK = re.compile(r"^(//.*)?\n", re.MULTILINE)

_UNPACK = """// Packed; the readable files are in bnn_teach/exhibits/live.
(globalThis.bnnShared ??= {}).%s = async () => {
  const packed = "%s";
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = new Blob([await new Response(unpacked).text()], { type: "text/javascript" });
  const address = URL.createObjectURL(script);
  try {
    return (await import(address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
};
"""


def bundle(entry: Path) -> str:
    """Return a classic script that defines one constant a module, the entry's as the last."""
    parts: dict[Path, str] = {}
    _collect(entry.resolve(), parts)
    return "\n".join(parts.values())


def packed(entry: Path, constants: dict[str, Any]) -> str:
    """Return a script that leaves what ``entry`` renders in ``bnnShared``, a fifth as long or so.

    It runs from a ``<script src>`` of a page, which a page from disk may load, and as a module.

    Parameters
    ----------
    entry : Path
        A module that exports ``render``.
    constants : dict
        What JSON can hold; the modules find it under these names.
    """
    given = [f"const {name} = {json.dumps(value)};" for name, value in constants.items()]
    last = f"export default {{ render: {entry.stem}.render }};"
    script = "\n".join([*given, bundle(entry), last])
    text = base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode()
    return _UNPACK % (entry.stem, text)


def _collect(path: Path, parts: dict[Path, str]) -> None:
    """Add a module, after those that it imports."""
    if path in parts:
        return
    text = path.read_text(encoding="utf-8")
    for _, folder, name in _IMPORT.findall(text):
        _collect((path.parent / folder / f"{name}.js").resolve(), parts)
    names = [name for _, name in _EXPORT.findall(text)]
    names += [name.strip() for found in _LIST.findall(text) for name in found.split(",")]
    text = _REMARK.sub("", _MARGIN.sub("", text))
    text = _IMPORT.sub(r"const {\1} = \3;", text)
    text = _DEFAULT.sub("", _LIST.sub("", _EXPORT.sub(r"\1", text)))
    parts[path] = f"const {path.stem} = (() => {{\n{text}\nreturn {{ {', '.join(names)} }};\n}})();"
