"""How `make docs` builds these pages: Markdown as GitHub shows it, links between pages and headings checked."""

project = "BrandBrain"
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "BrandBrain"
html_show_sphinx = False
html_copy_source = False
nitpicky = True
