#!/usr/bin/env python3
"""Makes the site: pages out of README, docs/ and tests/diagnostics, then HTML by Sphinx, of which any warning is a failure.

    docs/site/build.py OUT      # makes OUT/pages and OUT/html; CONTRIBUTING.md tells what it needs
"""

import re
import shutil
import sys
from pathlib import Path

import findings
from pages import ROOT, Page, Pages
from sphinx.cmd.build import main as sphinx

# Pages of the site and where they come from.
PAGES = {
    "index.md": Page("docs/site/index.md"),
    "checks.md": Page("README.md", "What it checks"),
    "command-line.md": Page("README.md", "On the command line"),
    "before-each-commit.md": Page("README.md", "Before each commit"),
    "ci.md": Page("README.md", "In CI"),
    "speed.md": Page("README.md", "How fast"),
    "editors.md": Page("docs/editors.md"),
    "vscode.md": Page("vscode-extension/README.md"),
    "settings.md": Page("docs/settings.md"),
    "lock.md": Page("docs/lock.md"),
    "agents.md": Page("docs/agents.md"),
    "building.md": Page("docs/build.md"),
    "json.md": Page("docs/json.md"),
    "requests.md": Page("docs/requests.md"),
    "versions.md": Page("docs/versions.md"),
    "checklist.md": Page("tests/versions/checklist.md"),
    "rules.md": Page("docs/rules.md"),
    "verdicts.md": Page("docs/verdicts.md"),
    "architecture.md": Page("docs/architecture.md"),
    "security.md": Page("SECURITY.md"),
    "contributing.md": Page("CONTRIBUTING.md"),
    "changelog.md": Page("CHANGELOG.md"),
    "findings/index.md": Page("docs/site/findings.md"),
}
# What else pages stand for.
ALSO = {"README.md": "index.md", "tests/diagnostics": "findings/index.md", "vscode-extension": "vscode.md"}


def assembled() -> tuple[dict[str, str], set[str]]:
    """The Markdown of all pages, and the pictures that they show."""
    topics = findings.topics()
    of_findings = {
        f"findings/{row.code}.md": Page(f"tests/diagnostics/{row.code}.md") for topic in topics for row in topic.findings
    }
    manifest = (ROOT / "Cargo.toml").read_text()
    repository = re.search(r'^repository = "(.*)"$', manifest, re.MULTILINE)[1]
    pages = Pages(PAGES | of_findings, ALSO, repository)
    texts = {path: pages.text(path) for path in pages.pages}
    texts["findings/index.md"] += findings.index(topics)
    for topic in topics:
        texts[f"topics/{topic.name}.md"] = findings.page(topic)
        for row in topic.findings:
            path = f"findings/{row.code}.md"
            title, rest = texts[path].split("\n", 1)
            texts[path] = f"{title}\n\n{findings.head(row, topic)}{rest}"
    return texts, pages.pictures


def main() -> int:
    """Writes the pages and calls Sphinx."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(sys.argv[1])
    texts, pictures = assembled()
    for folder in ("pages", "html"):
        shutil.rmtree(out / folder, ignore_errors=True)
    for path, text in texts.items():
        file = out / "pages" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (out / "pages/pictures").mkdir()
    for picture in pictures:
        shutil.copy(ROOT / picture, out / "pages/pictures")
    options = ["--conf-dir", str(ROOT / "docs/site"), "--doctree-dir", str(out / "doctrees"), "--builder", "html"]
    strict = ["--fail-on-warning", "--nitpicky", "--quiet", "--jobs", "auto"]
    return sphinx([*options, *strict, str(out / "pages"), str(out / "html")])


if __name__ == "__main__":
    sys.exit(main())
