"""A deck of slides for each notebook: the question to predict, the figure that answers it.

You will find what becomes a slide (:func:`slides`), then how a deck is written. A notebook marks
its slides by the tag ``slide``: of a text the prediction and the formulas are shown, of a code cell
the pictures, or what it printed where there are none; all other text is for the speaker. The decks
run on reveal.js, which lies beside them, and need no network. Next: ``site_links.py``.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbconvert.filters import markdown2html

TAG = "slide"
MOST_LINES = 14  # of printed text, on one slide
MOST_COLUMNS = 82  # of printed text that fill a slide in the type of deck.css
SIZES = (60, 135)  # smallest and largest type of printed text, in per cent of that

_PREDICT = re.compile(r"^\*\*Predict first\.\*\*.*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
_FORMULA = re.compile(r"^\$\$.*?\$\$", re.MULTILINE | re.DOTALL)
_QUESTION = re.compile(r"^\*\*[^*]+\?\*\*$", re.MULTILINE)
_HEADING = re.compile(r"^##? (?:\d+\. )?(.+)$", re.MULTILINE)

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: slides</title>
<link rel="stylesheet" href="../_static/reveal/reset.css">
<link rel="stylesheet" href="../_static/reveal/reveal.css">
<link rel="stylesheet" href="../_static/deck.css">
</head>
<body>
<div class="reveal"><main class="slides">
{sections}
</main></div>
<script>
window.MathJax = {{
  tex: {{inlineMath: [["$", "$"]]}}, svg: {{fontCache: "local"}}, options: {{enableMenu: false}},
}};
</script>
<script src="../_static/mathjax/tex-svg.js"></script>
<script src="../_static/reveal/reveal.js"></script>
<script src="../_static/reveal/notes.js"></script>
<script>
Reveal.initialize({{
  hash: true, slideNumber: "c/t", transition: "none", center: false,
  width: 1120, height: 700, margin: 0.05,
  plugins: [RevealNotes],
}});
</script>
</body>
</html>
"""


class Slide(NamedTuple):
    """One slide, as HTML."""

    title: str
    """Of the slide; plain text with inline Markdown made HTML."""
    body: str
    """What all see."""
    notes: str
    """What the speaker sees."""
    level: int
    """1 for the title of the deck, 2 otherwise."""


def write_slides(site: Path, notebooks: Path) -> int:
    """Write ``slides/NN.html`` for each notebook that has tagged cells; return how many.

    Pictures that the pages of the built site show are used again.
    """
    pictures = {
        hashlib.sha256(path.read_bytes()).hexdigest(): f"../_images/{path.name}"
        for path in (site / "_images").glob("*.png")
    }
    count = 0
    for path in sorted(notebooks.glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        found = list(slides(notebook, pictures))
        if found:
            (site / "slides").mkdir(exist_ok=True)
            name = f"{path.stem.partition('_')[0]}.html"
            (site / "slides" / name).write_text(page(found), encoding="utf-8")
            count += 1
    return count


def slides(notebook: Any, pictures: dict[str, str]) -> Iterator[Slide]:
    """Yield the slides of a notebook.

    ``pictures`` has the addresses of known ones by their SHA-256; others are put into the deck.
    """
    title, cells = "", notebook.cells
    for number, cell in enumerate(cells):
        if cell.cell_type == "markdown" and (headings := _HEADING.findall(cell.source)):
            title = headings[-1]
        if TAG not in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            level = 1 if cell.source.startswith("# ") else 2
            title = headings[0] if level == 1 else title
            body = _seen(cell.source)
            text = _HEADING.sub("", cell.source)
        else:
            level, body = 2, _shown(cell, pictures)
            after = cells[number + 1 :][:1]
            text = after[0].source if after and after[0].cell_type == "markdown" else ""
        if body:
            yield Slide(_inline(title), body, markdown2html(text), level)


def page(found: list[Slide]) -> str:
    """Return a deck as one HTML page."""
    sections = "\n".join(
        f"<section>\n<h{each.level}>{each.title}</h{each.level}>\n{each.body}\n"
        f'<aside class="notes">{each.notes}</aside>\n</section>'
        for each in found
    )
    title = html.escape(re.sub(r"<[^>]+>", "", html.unescape(found[0].title)))
    return _PAGE.format(title=title, sections=sections)


def _seen(text: str) -> str:
    """Return what a slide shows of a text: question, formulas and predictions, in their order."""
    pattern = _QUESTION if text.startswith("# ") else _PREDICT
    parts = [*pattern.finditer(text), *_FORMULA.finditer(text)]
    parts.sort(key=lambda found: found.start())
    return markdown2html("\n\n".join(found[0] for found in parts)) if parts else ""


def _shown(cell: Any, pictures: dict[str, str]) -> str:
    """Return the pictures of a code cell, or else the text that it printed."""
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    images, printed = [], ""
    for output in cell.outputs:
        printed += output.get("text", "") if output.get("name") == "stdout" else ""
        encoded = output.get("data", {}).get("image/png")
        if encoded:
            name = hashlib.sha256(base64.b64decode(encoded)).hexdigest()
            source = pictures.get(name, f"data:image/png;base64,{encoded.strip()}")
            images.append(f'<img src="{source}" alt="{html.escape(alt, quote=True)}">')
    lines = printed.strip("\n").splitlines()
    if images or not lines:
        return "\n".join(images)
    kept = [*lines[:MOST_LINES], *(["..."] if len(lines) > MOST_LINES else [])]
    room = min(MOST_COLUMNS / max(map(len, kept)), MOST_LINES / len(kept))
    size = min(max(100 * room, SIZES[0]), SIZES[1])
    text = html.escape("\n".join(kept))
    return f'<div class="printed"><pre style="font-size: {size:.0f}%">{text}</pre></div>'


def _inline(text: str) -> str:
    return re.sub(r"^<p>|</p>\s*$", "", markdown2html(text))
