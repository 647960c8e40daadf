"""The findings: what the table of codes says of each, its topic, and the pages that list them."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# A row of `codes!`.
ROW = re.compile(r'^ {4}[A-Z]\w+ "([a-z-]+)" (\w+) "(.*?)"(?: \[([\w, ]+)\])?,$', re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """A row of the table of codes."""

    code: str
    severity: str
    title: str
    silenceable: bool

    def badge(self) -> str:
        """Its severity, in its colour."""
        return f'<span class="severity {self.severity}">{self.severity}</span>'


@dataclass(frozen=True)
class Topic:
    """Findings that belong together."""

    name: str
    title: str
    about: str
    findings: tuple[Finding, ...]

    def table(self) -> str:
        """Its findings, with links to their pages."""
        lines = [f"| [{row.code}](../findings/{row.code}.md) | {row.badge()} | {row.title} |" for row in self.findings]
        return "| finding | severity | what it says |\n|---|---|---|\n" + "\n".join(lines) + "\n"


def table() -> dict[str, Finding]:
    """All findings by their codes, as `server/project/src/codes.rs` has them."""
    text = (ROOT / "server/project/src/codes.rs").read_text()
    rows = [
        Finding(code, severity.lower(), title, "not_silenceable" not in flags)
        for code, severity, title, flags in ROW.findall(text)
    ]
    return {row.code: row for row in rows}


def topics() -> list[Topic]:
    """All topics, in the order of `topics.yml`. Each finding is in exactly one and has a page, or it is said which is not."""
    known = table()
    rows = yaml.safe_load((ROOT / "docs/site/topics.yml").read_text())
    listed = [code for row in rows for code in row["findings"]]
    pages = {path.stem for path in (ROOT / "tests/diagnostics").glob("*.md")}
    faults = [
        *(f"`{code}` is in no topic" for code in known if code not in listed),
        *(f"`{code}` is in {listed.count(code)} topics" for code in known if listed.count(code) > 1),
        *(f"`{code}` is no code of `codes.rs`" for code in sorted(pages.union(listed)) if code not in known),
        *(f"`{code}` has no page in `tests/diagnostics`" for code in known if code not in pages),
    ]
    if faults:
        raise SystemExit("\n".join(f"docs/site/topics.yml: {fault}" for fault in faults))
    return [
        Topic(row["topic"], row["title"], row["about"], tuple(known[code] for code in row["findings"])) for row in rows
    ]


def head(finding: Finding, topic: Topic) -> str:
    """What stands below the title of its page."""
    can = "silence it, or give it another severity" if finding.silenceable else "give it another severity"
    return f"{finding.badge()} in [{topic.title}](../topics/{topic.name}.md); a project can [{can}](../settings.md#what-is-reported).\n"


def contents(pages: list[str]) -> str:
    """The pages below a page, for the side of the window."""
    return "\n```{toctree}\n:hidden:\n\n" + "\n".join(pages) + "\n```\n"


def index(all_topics: list[Topic]) -> str:
    """All findings by topic."""
    sections = (f"\n## {topic.title}\n\n{topic.about}\n\n{topic.table()}" for topic in all_topics)
    return "".join(sections) + contents([f"../topics/{topic.name}" for topic in all_topics])


def page(topic: Topic) -> str:
    """The page of a topic."""
    below = contents([f"../findings/{row.code}" for row in topic.findings])
    return f"# {topic.title}\n\n{topic.about}\n\n{topic.table()}{below}"
