#!/usr/bin/env python3
"""Draws docs/check.svg from what `viz-lsp --check` really prints. Needs `pip install rich`.

    docs/picture.py path/to/viz-lsp
"""

import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "tests/projects/broken/ecommerce"

command = [sys.argv[1], "--check", "--color", "always", "--no-cache", PROJECT]
output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
console = Console(record=True, width=134, file=open("/dev/null", "w"))
console.print(Text.from_ansi(f"\x1b[1m$ viz-lsp --check {PROJECT}\x1b[0m\n{output.rstrip()}"))
svg = console.export_svg(title="viz-lsp --check")
svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)  # no fonts from the web
svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
(ROOT / "docs" / "check.svg").write_text(svg)
