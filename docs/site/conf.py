"""What Sphinx is told (docs/site/build.py calls it). Nothing on a page comes from the network."""

import re
import tomllib
from pathlib import Path

from pygments.lexer import do_insertions
from pygments.lexers.data import YamlLexer
from pygments.token import Comment, Error, Text

ROOT = Path(__file__).resolve().parents[2]

project = "viz-lsp"
version = release = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
project_copyright = "the authors of viz-lsp; MIT or Apache-2.0, at your option"
extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_inline"]
myst_heading_anchors = 4
highlight_language = "text"

html_theme = "furo"
html_title = f"viz-lsp {version}"
html_static_path = ["style"]
html_css_files = ["site.css"]
html_js_files = ["disk.js"]
html_copy_source = False
html_use_index = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "github-dark"


# What is found at a place of an example, on one line or on several (`pages.narrow` makes these).
FOUND = re.compile(
    r"^ *#(?: *\^+| \d[\d:-]+)(?:\n#)? +(error|warning|information|hint)\[.*\n(?:# {3,}(?! *\^).*\n)*", re.MULTILINE
)


class Annotated(YamlLexer):
    """YAML with findings below the pieces that are to blame, each in the colour of its severity."""

    def get_tokens_unprocessed(self, text):
        """Tokens of the YAML without the findings, and the findings between them."""
        plain, findings, at = "", [], 0
        for found in FOUND.finditer(text):
            plain += text[at : found.start()]
            findings.append((len(plain), [(0, getattr(Comment, found[1].capitalize()), found[0])]))
            at = found.end()
        tokens = super().get_tokens_unprocessed(plain + text[at:])
        # Examples that are no YAML are shown, too.
        lenient = ((at, Text if kind is Error else kind, value) for at, kind, value in tokens)
        return do_insertions(findings, lenient)


def setup(app):
    """Called by Sphinx."""
    app.add_lexer("yaml", Annotated)
