"""What a search engine or a catalogue of courses reads of a page: schema.org's words, as JSON-LD.

The book is a Course, each notebook a LearningResource of it, in the profile of Bioschemas' training
materials. Addresses are given where the book's own is known, see ``repository.py``; then there is a
``sitemap.xml``, too. Next: ``course_checks.py``, what a page must not lack.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from course_notebooks import all_facts, read_facts
from sphinx.application import Sphinx

TEXT_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
PROFILE = "https://bioschemas.org/profiles/TrainingMaterial/1.0-RELEASE"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def lesson(path: Path, common: dict[str, Any], address: str) -> dict[str, Any]:
    """Return what is said of a notebook's page."""
    facts = read_facts(path)
    said = {
        "@type": "LearningResource",
        "dct:conformsTo": {"@type": "CreativeWork", "@id": PROFILE},
        "name": f"{facts.number} {facts.title}",
        "description": facts.question,
        "learningResourceType": ["lesson", "notebook", "exercise"],
        "teaches": facts.aims,
        "timeRequired": f"PT{facts.minutes}M",
        "isPartOf": {"@type": "Course", "name": common["name"]} | _at(address, "index"),
    }
    return {**common, **said, **_at(address, facts.docname)}


def course(source: Path, common: dict[str, Any], address: str) -> dict[str, Any]:
    """Return what is said of the whole course, on its first page."""
    parts = [
        {"@type": "LearningResource", "name": each.title} | _at(address, each.docname)
        for each in all_facts(source)
    ]
    said = {
        "@type": "Course",
        "learningResourceType": "course",
        "provider": common["author"],
        "hasPart": parts,
    }
    return {**common, **said, **_at(address, "index")}


def sitemap(names: list[str], address: str) -> str:
    """Return the list of all pages for search engines."""
    lines = [
        f"  <url><loc>{escape(f'{address}/{name}.html')}</loc></url>" for name in sorted(names)
    ]
    head = ['<?xml version="1.0" encoding="utf-8"?>', f'<urlset xmlns="{_SITEMAP}">']
    return "\n".join([*head, *lines, "</urlset>", ""])


def _at(address: str, docname: str) -> dict[str, str]:
    return {"url": f"{address}/{docname}.html"} if address else {}


def add_json(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put what is said of a page into its head."""
    if doctree is None:
        return
    path = Path(app.env.doc2path(pagename))
    common: dict[str, Any] = {
        "@context": "https://schema.org",
        "name": app.config.html_title,
        "description": app.config.course_summary,
        "author": {"@type": "Organization", "name": app.config.author},
        "inLanguage": app.config.language,
        "license": TEXT_LICENCE,
        "version": app.config.version,
        "isAccessibleForFree": True,
        "educationalLevel": "university",
        "audience": {"@type": "EducationalAudience", "educationalRole": "student"},
        "keywords": app.config.course_keywords,
    }
    address = app.config.html_baseurl.rstrip("/")
    if path.suffix == ".ipynb":
        facts = lesson(path, common, address)
    elif pagename == "index":
        facts = course(Path(app.srcdir), common, address)
    else:
        return
    text = json.dumps(facts, ensure_ascii=False).replace("</", "<\\/")
    context["metatags"] = (
        f'{context.get("metatags", "")}\n<script type="application/ld+json">{text}</script>'
    )


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """Write the sitemap where the book's address is known."""
    address = app.config.html_baseurl.rstrip("/")
    if error is None and address and app.builder.format == "html":
        text = sitemap(list(app.env.found_docs), address)
        (Path(app.outdir) / "sitemap.xml").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("course_summary", "", "html")
    app.add_config_value("course_keywords", [], "html")
    app.connect("html-page-context", add_json)
    app.connect("build-finished", write_sitemap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
