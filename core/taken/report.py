"""A page of its own, in one file that opens offline: pictures, tables, settings and caveats.

There is no script in it and nothing is fetched; whatever a reader typed is written as words.
Its pictures are put in by the reader's browser, which has drawn them already.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.taken.words import plain

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Policy for a browser that shows a report: nothing else is allowed."""

_STYLE = """
body { font: 16px/1.5 system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC',
       'Microsoft YaHei', sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b2430; background: #ffffff; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; } h3 { font-size: 1rem; }
.badge { background: #e4eefb; color: #1f4f8b; border-radius: .4rem; padding: .15rem .5rem; }
p { overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figure img { display: block; max-width: 100%; height: auto; }
figcaption { font-size: .85rem; overflow-wrap: anywhere; }
div.wide { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; white-space: nowrap; }
th, td { border: 1px solid #d8dee6; padding: .2rem .5rem; text-align: right; }
th { background: #f3f5f8; font-weight: 500; } th[scope=row], td.words { text-align: left; }
@media print {
  body { max-width: none; margin: 0; font-size: 12px; } div.wide { overflow: visible; }
  table { font-size: 9px; } th, td { padding: .1rem .3rem; }
  h2, h3, caption { break-after: avoid; } figure, tr { break-inside: avoid; }
}
"""


@dataclass(frozen=True)
class Table:
    """Numbers or words in rows.

    Attributes:
        title: Above it, if anything.
        columns: What stands above the columns, but the first.
        rows: Each begins with its name.
        corner: What stands above the rows' names.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    corner: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        title: Its heading.
        paragraphs: Words.
        tables: After them.
        badge: Where the numbers come from, if it is to be said here.
    """

    title: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    badge: str = ""


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes:
        language: As in ``<html lang>``.
        title: Its heading.
        lead: Below it.
        settings: The first section.
        pictures: The second one; its pictures follow its words.
        sections: The others in their order.
        address: Where the view can be opened again; empty = nowhere.
        address_label: What is said before it.
    """

    language: str
    title: str
    lead: str
    settings: Section
    pictures: Section
    sections: Sequence[Section]
    address: str = ""
    address_label: str = ""


def html(report: Report) -> str:
    """The report as a file; the element ``pictures`` is where pictures are put."""
    sections = "\n".join(map(_section, report.sections))
    again = ""
    if report.address.startswith(("http://", "https://")):
        url = plain(report.address)
        again = f'<p>{plain(report.address_label)} <a href="{url}" rel="noreferrer">{url}</a></p>'
    return (
        f'<!doctype html>\n<html lang="{plain(report.language)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{plain(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{plain(report.title)}</h1>\n<p><bdi>{plain(report.lead)}</bdi></p>\n"
        f"{_section(report.settings)}\n"
        f'<section id="pictures">\n{_section(report.pictures)}\n</section>\n'
        f"{sections}\n{again}\n</body>\n</html>\n"
    )


def numbers(
    title: str, values: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str]
) -> Table:
    """A matrix as a table; a score that the mask takes away is a cross, as in a map."""
    lines = [
        [name, *("×" if value == -math.inf else f"{value:.4f}" for value in row)]
        for name, row in zip(rows, values, strict=True)
    ]
    return Table(title, columns, lines)


def _section(section: Section) -> str:
    parts = [f"<h2>{plain(section.title)}</h2>"]
    if section.badge:
        parts.append(f'<p><span class="badge">{plain(section.badge)}</span></p>')
    parts += [f"<p><bdi>{plain(words)}</bdi></p>" for words in section.paragraphs]
    parts += map(_table, section.tables)
    return "\n".join(parts)


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{plain(name)}</th>' for name in (table.corner, *table.columns))
    lines = (
        f'<tr><th scope="row">{plain(row[0])}</th>'
        + "".join(f"<td>{plain(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in table.rows
    )
    title = f"<caption>{plain(table.title)}</caption>" if table.title else ""
    return (
        f'<div class="wide"><table>{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
