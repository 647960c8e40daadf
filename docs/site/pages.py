"""Texts of the repository as pages of the site: links lead to other pages or to the repository, marks for tests are gone."""

import re
import textwrap
from dataclasses import dataclass
from os.path import normpath, relpath
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Fenced and indented code.
CODE = re.compile(
    r"^(?P<ticks>`{3,})(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=ticks)[ ]*$|(?:(?<=\n\n)|\A)(?: {4,}[^\n]+\n|\n(?= {4}))+",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)")
# Code inside a line, links and headings stay as they are.
KEPT = re.compile(r"(`+[^`]+`+|\[[^]]*\]\([^)]*\)|^#.*$)", re.MULTILINE)
RULE = re.compile(r"\b(?:R-[A-Z0-9]+-|[SD]-)\d+[a-z]?\b")
TEST = re.compile(r"`([\w/-]+\.rs)::(\w+)`")
# A mark under a fault, or a place for where no mark can stand, and what is found there.
FOUND = re.compile(r"^(?P<place> *# *(?:\^+|\d+:\d+(?:-\d+:\d+)?)) +(?P<says>(?:error|warning|information|hint)\[.*)$")
PLACE = re.compile(r"^# \d+:\d+", re.MULTILINE)
# So many columns of code are seen without scrolling.
WIDTH = 100
# Pages where words that are codes of findings, too, mean something else.
OTHER_CODES = ("requests.md",)
# Words of the first line of each project in the checklist of versions.
OUTCOMES = {"C": "refuses to compile", "R": "fails when it runs", "S": "is silently wrong", "ok": "works"}


@dataclass(frozen=True)
class Page:
    """Where a page comes from: a file, or one section of it."""

    source: str
    section: str | None = None

    def text(self) -> str:
        """Its Markdown, with one title."""
        text = (ROOT / self.source).read_text()
        if self.section is None:
            return text
        found = re.search(rf"^## {re.escape(self.section)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        if not found:
            raise SystemExit(f"docs/site/build.py: {self.source} has no section `{self.section}`")
        return found[0].removeprefix("#")

    def whole(self) -> str:
        """What links call it in the repository."""
        return self.source if self.section is None else f"{self.source}#{self.section.lower().replace(' ', '-')}"


class Pages:
    """All pages: what is where on the site."""

    def __init__(self, pages: dict[str, Page], also: dict[str, str], repository: str):
        self.pages = pages
        self.repository = repository
        self.pictures: set[str] = set()
        self.rules = set(RULE.findall((ROOT / "docs/rules.md").read_text()))
        self.homes = also | {page.whole(): path for path, page in pages.items()}

    def text(self, path: str) -> str:
        """The text of a page."""
        text = self.pages[path].text()
        done, at = [], 0
        for code in CODE.finditer(text):
            done += [self.prose(path, text[at : code.start()]), self.example(path, code)]
            at = code.end()
        return "".join([*done, self.prose(path, text[at:])])

    def prose(self, path: str, text: str) -> str:
        """Text that is no code, with links that lead somewhere from this page."""
        source = self.pages[path].source
        text = LINK.sub(lambda link: f"]({self.target(path, source, link[1], link[2] or '')})", text)
        if source == "docs/rules.md":
            text = re.sub(rf"^\| ({RULE.pattern}) \|", lambda row: f"| [{row[1]}]{{#{row[1].lower()}}} |", text, flags=re.M)
        parts = KEPT.split(text)
        return "".join(self.named(path, part) if at % 2 else self.ruled(path, part) for at, part in enumerate(parts))

    def target(self, path: str, source: str, link: str, anchor: str) -> str:
        """Where a link leads, from a page of the site."""
        file = normpath(Path(source).parent / link)
        if not (ROOT / file).exists():
            raise SystemExit(f"{source}: the link to `{link}` leads nowhere")
        if home := self.homes.get(file + anchor):
            return beside(path, home)
        if home := self.homes.get(file):
            return beside(path, home) + anchor
        if file.endswith((".svg", ".png")):
            self.pictures.add(file)
            return beside(path, f"pictures/{Path(file).name}")
        return f"{self.repository}/{'tree' if (ROOT / file).is_dir() else 'blob'}/main/{file}{anchor}"

    def named(self, path: str, part: str) -> str:
        """What is code inside a line, with a link if it is a finding that has a page of its own, or a test."""
        code = part.strip("`")
        page = f"findings/{code}.md"
        is_finding = part == f"`{code}`" and "-" in code and page in self.pages and page != path
        if is_finding and path not in OTHER_CODES:
            return f"[{part}]({beside(path, page)})"
        if test := TEST.fullmatch(part):
            return f"[{test[2].replace('_', ' ')}]({self.repository}/blob/main/{test[1]})"
        return part

    def ruled(self, path: str, part: str) -> str:
        """Text with links from numbers of rules to what becomes of them."""
        if path == "rules.md":
            return part

        def link(rule: re.Match[str]) -> str:
            return f"[{rule[0]}]({beside(path, 'rules.md')}#{rule[0].lower()})" if rule[0] in self.rules else rule[0]

        return RULE.sub(link, part)

    def example(self, path: str, code: re.Match[str]) -> str:
        """Code as readers want it: the name of the file above it, nothing that only tests read, no line that is too long."""
        source, info, body = self.pages[path].source, code["info"], code["body"]
        if not source.startswith("tests/") or info is None:
            return code[0]
        language, _, marks = info.partition(" ")
        above = ""
        if source == "tests/versions/checklist.md" and re.match(r"# (?:all|\d)", body):
            first, _, body = body.partition("\n")
            above = self.prose(path, outcomes(first.removeprefix("# "))) + "\n\n"
        caption = f":caption: {marks.split()[0]}\n" if marks else ""
        # Where lines are told by their numbers, these stay what they are.
        place = PLACE.search(body)
        before, after = (body[: place.start()], body[place.start() :]) if place else ("", body)
        body = before + "".join(f"{line}\n" for text in after.splitlines() for line in narrow(text))
        numbers = ":linenos:\n" if place else ""
        shown = "text" if language == "csv" else language
        return f"{above}{code['ticks']}{{code-block}} {shown}\n{caption}{numbers}\n{body}{code['ticks']}"


def beside(path: str, other: str) -> str:
    """The way from a page to another."""
    return relpath(other, Path(path).parent)


def narrow(line: str) -> list[str]:
    """What is found where, on lines of its own if it is too long."""
    found = FOUND.match(line)
    if not found or len(line) <= WIDTH:
        return [line]
    below = len(found["place"].rstrip("^"))
    start = "#".ljust(max(2, min(below, WIDTH - len(found["says"]))))
    return [found["place"], *textwrap.wrap(found["says"], WIDTH, initial_indent=start, subsequent_indent=start + "  ")]


def outcomes(line: str) -> str:
    """What each version says, in words: `2.0-2.1: ok, 2.2: C unknown-key`."""
    def told(part: str) -> str:
        versions, _, says = part.partition(": ")
        word, _, rest = says.partition(" ")
        versions = "all versions" if versions == "all" else versions.replace("-", " and ")
        detail = f" (`{rest}`)" if rest and word in OUTCOMES else f" by `{rest}`" if rest else ""
        return f"**{versions}**: {OUTCOMES.get(word, word)}{detail}"

    return "; ".join(told(part) for part in line.split(", "))
