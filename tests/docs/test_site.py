"""The site of docs/: what docs/site/build.py made in $VIZ_LSP_SITE (tests/run docs), as somebody reads it from disk."""

import os
import re
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs/site"))

import findings  # noqa: E402
import pages  # noqa: E402

HTML = Path(os.environ["VIZ_LSP_SITE"]) / "html"
CODES = sorted(findings.table())


class Read(HTMLParser):
    """What is on a page: its places, links, what it loads, its code and the names of files above that."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids, self.links, self.loads, self.code, self.captions = set(), [], [], [], []
        self.open = []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.add(values.get("id"))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(values["href"])
        if "src" in values:
            self.loads.append(values["src"])
        if tag == "pre":
            self.code.append("")
        if tag in ("div", "pre", "span"):
            self.open.append("<pre>" if tag == "pre" else values.get("class"))

    def handle_endtag(self, tag):
        if tag in ("div", "pre", "span"):
            self.open.pop()

    def handle_data(self, text):
        if "<pre>" in self.open and "linenos" not in self.open:
            self.code[-1] += text
        if self.open[-2:] == ["code-block-caption", "caption-text"]:
            self.captions.append(text)


@cache
def read(path: Path) -> Read:
    return Read(path)


def everything() -> list[Path]:
    return sorted(path for path in HTML.rglob("*.html") if "_static" not in path.parts)


def without_layout(text: str) -> str:
    """Long messages stand on lines of their own."""
    return re.sub(r"[\s#]", "", text)


def test_the_index_has_each_finding_once():
    links = read(HTML / "findings/index.html").links
    rows = [link for link in links if re.fullmatch(r"[a-z-]+\.html", link) and link != "index.html"]
    table = rows[-len(CODES) :] if len(rows) > len(CODES) else rows
    assert sorted(table) == [f"{code}.html" for code in CODES]


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_the_examples_of_explain_without_marks_for_tests(code):
    page = read(HTML / f"findings/{code}.html")
    text = (ROOT / f"tests/diagnostics/{code}.md").read_text()
    bodies = [found["body"] for found in pages.CODE.finditer(text) if found["info"] is not None]
    assert [without_layout(shown) for shown in page.code] == [without_layout(body) for body in bodies]
    unnumbered = [shown for shown in page.code if not pages.PLACE.search(shown)]
    assert all(len(line) <= pages.WIDTH for shown in unnumbered for line in shown.splitlines() if f"[{code}]" in line)
    assert all(re.fullmatch(r"[\w./@-]+", caption) for caption in page.captions), page.captions


def test_all_links_lead_somewhere():
    lost = []
    for path in everything():
        for link in read(path).links:
            parts = urlsplit(link)
            if parts.scheme or link == "#":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in read(target).ids):
                lost.append(f"{path.relative_to(HTML)}: {link}")
    assert not lost


def test_nothing_comes_from_the_network():
    for path in everything():
        for address in read(path).loads:
            assert not urlsplit(address).scheme and not address.startswith("//"), f"{path}: {address}"
            assert (path.parent / unquote(urlsplit(address).path)).is_file(), f"{path}: {address}"
    for path in HTML.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text()), path


def test_long_messages_stand_below_the_mark():
    mark = "#" + " " * 40 + "^^^^"
    short, long = f"{mark} error[x-y]: no", f"{mark} error[x-y]: {'word ' * 30}".rstrip()
    assert pages.narrow(short) == [short]
    first, *rest = pages.narrow(long)
    assert first == mark
    assert all(line.startswith("#") and len(line) <= pages.WIDTH for line in rest)
    assert without_layout("".join([first, *rest])) == without_layout(long)


def test_what_versions_say_is_told_in_words():
    told = pages.outcomes("2.0-2.1: ok, 2.2: C unknown-key")
    assert told == "**2.0 and 2.1**: works; **2.2**: refuses to compile (`unknown-key`)"


def test_a_finding_without_a_topic_is_told(monkeypatch):
    more = findings.table() | {"new-one": findings.Finding("new-one", "error", "a new one", True)}
    monkeypatch.setattr(findings, "table", lambda: more)
    with pytest.raises(SystemExit, match="`new-one` is in no topic"):
        findings.topics()


def test_a_link_that_leads_nowhere_is_told():
    site = pages.Pages({"index.md": pages.Page("README.md")}, {}, "https://example.org/repository")
    with pytest.raises(SystemExit, match="README.md: the link to `docs/nothing.md` leads nowhere"):
        site.prose("index.md", "see [that](docs/nothing.md)")
    assert site.prose("index.md", "[here](README.md#try-it)") == "[here](index.md#try-it)"
    assert site.prose("index.md", "[code](clippy.toml)") == "[code](https://example.org/repository/blob/main/clippy.toml)"
