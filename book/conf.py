"""How Sphinx makes the book: no kernel runs, and a page asks no other host for anything.

``make book`` calls ``book/build.py``, which collects the sources in one folder and then calls
Sphinx with this file.
"""

import os
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "_ext"))

from repository import find_book, find_repository  # noqa: E402

import bnn_teach  # noqa: E402

# Where readers find the course's files: launch buttons and the Colab copies need it. It is taken
# from the variable BNN_TEACH_REPOSITORY, from pyproject.toml's [project.urls] or from git's
# "origin"; without any of them the book is built without these buttons.
repository_url = find_repository(ROOT)
repository_branch = os.environ.get("BNN_TEACH_BRANCH", "main")

# --- the project -----------------------------------------------------------------------------

_project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
project = _project["name"]
author = _project["authors"][0]["name"]
copyright = f"{author}. Text: CC BY 4.0. Code: MIT licence"
course_summary, course_keywords = _project["description"], _project["keywords"]
version = release = bnn_teach.__version__
language = "en"  # Sphinx has messages in en_GB, some of them empty

# --- sources ---------------------------------------------------------------------------------

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    "api_names",
    "course_checks",
    "course_formulas",
    "course_header",
    "course_launch",
    "course_metadata",
    "course_text",
]
exclude_patterns = ["CONTRIBUTING.md"]
nitpicky = True
# A mistake in the text of one page is found at once; what others call their types is theirs.
nitpick_ignore_regex = [
    ("py:.*", r"(numpy|np|xarray|xr|tfp?|tensorflow|matplotlib|collections)\..*")
]
suppress_warnings = ["config.cache"]

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js = {"host.js": {}}

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

autodoc_member_order = "bysource"
autodoc_typehints = "none"
add_module_names = False
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_use_ivar = True
viewcode_line_numbers = True

# --- pages -----------------------------------------------------------------------------------

html_theme = "sphinx_book_theme"
html_title = "Bayesian neural networks, from the first yield to a band that you can defend"
html_short_title = "bnn_teach"
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_static_path = ["_static", str(ROOT / "bnn_teach" / "exhibits" / "static" / "host.js")]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_copy_source = True
html_sourcelink_suffix = ""
html_show_search_summary = False  # it is fetched, which no page from disk may do
html_last_updated_fmt = None
html_show_sphinx = False
html_baseurl = find_book(ROOT)  # canonical addresses and the sitemap need it
mathjax_path = "mathjax/tex-svg.js"
mathjax_options = {"defer": "defer"}
mathjax3_config = {"options": {"enableMenu": False}, "svg": {"fontCache": "local"}}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "toc_title": "On this page",
    "use_download_button": True,
    "use_fullscreen_button": False,
    "show_prev_next": True,
    "navigation_with_keys": False,
    "logo": {"text": "Bayesian neural networks", "alt_text": ""},
    "repository_url": repository_url,
    "use_repository_button": bool(repository_url),
    "repository_branch": repository_branch,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
