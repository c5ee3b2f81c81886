"""The site: ``nox -s site``. What is generated for it lies in docs/generated/, by docs/nugan_docs/."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path

DOCS = Path(__file__).parent
BUILD = DOCS.parent / "build-site"
sys.path.insert(0, str(DOCS))

from nugan_docs import setup  # noqa: E402, F401

# the notebooks' kernels
os.environ.setdefault("OMP_NUM_THREADS", "2")

project = "nugan-hep"
author = "The nugan-hep developers"
copyright = author
release = metadata.version("nugan-hep")
language = "en"
# -- is that of an option
smartquotes = False

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "breathe",
]
exclude_patterns = ["data", "nugan_docs", "_static", "**/.ipynb_checkpoints"]

# each header is of the namespace nugan; words where types may stand, such as "low", name several things
suppress_warnings = ["duplicate_declaration.cpp", "ref.python"]

# headings and links as code-hosting pages have them
myst_heading_anchors = 4
myst_enable_extensions = ["deflist", "colon_fence", "fieldlist"]

nb_execution_mode = "cache"
nb_execution_cache_path = str(BUILD / "notebooks")
nb_execution_in_temp = True
nb_execution_timeout = 1800
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
# by name, not all that they stand for
autodoc_type_aliases = {name: name for name in ("ArrayLike", "Array", "NDArray", "FluxLike", "Fluxes")}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

breathe_projects = {name: str(BUILD / "doxygen" / name / "xml") for name in ("nugan", "nugan_root")}
breathe_default_project = "nugan"
breathe_default_members = ("members",)
breathe_show_include = False

copybutton_exclude = ".linenos, .gp, .go"
copybutton_prompt_text = "$ "

# no more than the pages that are here: the links to others cannot be asked everywhere
linkcheck_ignore = [r"https?://.*"]

html_theme = "furo"
html_title = "nugan-hep"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
