"""A block as a page to print: one HTML file without scripts, A3 landscape."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import FRIDAY
from scheduling.model.part import Part, Slot
from scheduling.services.exchange.block_grid import BlockGrid, NightRow, PersonRow
from scheduling.services.exchange.colours import colours

_STYLE = """
@page { size: A3 landscape; margin: 8mm }
body { font: 9px/1.2 system-ui, sans-serif; color: #111; margin: 0 }
h1 { font-size: 16px; margin: 0 0 2mm } p { margin: 0 0 3mm; color: #555 }
table { border-collapse: collapse; width: 100% } thead { display: table-header-group } tr { break-inside: avoid }
th, td { border: 1px solid #bbb; padding: 1px 2px; text-align: center; white-space: nowrap }
th[scope=row] { text-align: left } .group th { text-align: left; background: #d9e2ec }
.we { background: #eee } .am { border-left: 2px solid #666 } .gap { background: #fff; color: #b00; font-weight: bold }
.cov { text-decoration: underline } .legend span { padding: 1px 4px; margin-right: 4px; border: 1px solid #bbb }
"""


def write_block_page(grid: BlockGrid, catalogue: Catalogue) -> bytes:
    """The page; gaps carry an exclamation mark, covered duties are underlined, colours are explained at the end."""
    block = grid.block
    title = escape(f"{grid.program}: block {block.ref}, {block.start} to {block.end}")
    shades = colours(catalogue)
    rules = "".join(f".c{number} {{ background: #{shades[code]} }}\n" for number, code in enumerate(catalogue.codes))
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f"<style>{_STYLE}{rules}</style></head><body><h1>{title}</h1>",
        f"<p>version {escape(grid.version[:12])}, overlay {grid.overlay}</p><table><thead>{_head(grid)}</thead><tbody>",
        *(_night(grid, catalogue, night) for night in grid.nights),
    ]
    width = 2 * len(grid.dates) + 1
    for heading, people in grid.groups:
        parts.append(f'<tr class="group"><th colspan="{width}" scope="rowgroup">{escape(heading)}</th></tr>')
        parts += [_person(grid, catalogue, person) for person in people]
    used = sorted(set(grid.held.values()), key=catalogue.index)
    legend = "".join(
        f'<span class="c{catalogue.index(code)}">{escape(code)} {escape(catalogue[code].title)}</span>' for code in used
    )
    parts.append(f'</tbody></table><p class="legend">{legend}</p></body></html>')
    return "".join(parts).encode()


def _head(grid: BlockGrid) -> str:
    days = "".join(
        f'<th colspan="2" scope="colgroup" class="am{_weekend(date.isoweekday())}">{date:%a} {date.day} {date:%b}</th>'
        for date in grid.dates
    )
    halves = '<th scope="col" class="am">AM</th><th scope="col">PM</th>' * len(grid.dates)
    return f'<tr><th rowspan="2">person</th>{days}</tr><tr>{halves}</tr>'


def _night(grid: BlockGrid, catalogue: Catalogue, night: NightRow) -> str:
    cells: list[str] = []
    for date, person in zip(grid.dates, night.people, strict=True):
        slot = Slot(date, Part.NIGHT)
        missing = person is None and night.code in (c for (_, s), c in grid.gaps.items() if s == slot)
        kinds = "am" + (" gap" if missing else f" c{catalogue.index(night.code)}" if person else "")
        cells.append(f'<td colspan="2" class="{kinds}">{"! gap" if missing else escape(person or "")}</td>')
    label = night.title if night.rank == 1 else f"{night.title} {night.rank}"
    return f'<tr><th scope="row">{escape(label)}</th>{"".join(cells)}</tr>'


def _person(grid: BlockGrid, catalogue: Catalogue, row: PersonRow) -> str:
    return f'<tr><th scope="row">{escape(row.label)}</th>{"".join(_halves(grid, catalogue, row))}</tr>'


def _halves(grid: BlockGrid, catalogue: Catalogue, row: PersonRow) -> Iterator[str]:
    for date in grid.dates:
        for part in (Part.AM, Part.PM):
            key = (row.person, Slot(date, part))
            code = grid.held.get(key)
            kinds = ["am"] if part is Part.AM else []
            text = code or ""
            if code is not None:
                kinds.append(f"c{catalogue.index(code)}")
                kinds += ["cov"] if key in grid.covers else []
            elif key in grid.gaps:
                kinds.append("gap")
                text = f"! {grid.gaps[key]}"
            elif date.isoweekday() > FRIDAY:
                kinds.append("we")
            yield f'<td class="{" ".join(kinds)}">{escape(text)}</td>'


def _weekend(weekday: int) -> str:
    return " we" if weekday > FRIDAY else ""
