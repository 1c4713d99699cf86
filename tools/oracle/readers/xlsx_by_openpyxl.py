import datetime as dt

import openpyxl
from openpyxl.utils.escape import unescape

from . import canonical


def read(path, options, lines):
    """Sheet after sheet, the rows that hold something, padded to as many cells as the longest row has."""
    book = openpyxl.load_workbook(path, data_only=True)
    if not book.worksheets:
        raise ValueError("openpyxl finds no sheet; it does not read the namespaces of strict workbooks")
    rows = [(sheet.title, row) for sheet in book.worksheets for row in rows_of(sheet)]
    fields = max((len(row) for _, row in rows), default=0)
    for title, row in rows:
        lines.add(canonical.array([canonical.text(title), *row, *[canonical.null()] * (fields - len(row))]))
    return {"fields": fields}


def rows_of(sheet):
    """The cells that hold something, row by row. `iter_rows` makes all others too: a comment in the last cell makes it 17 billion."""
    rows = {}
    for (row, column), cell in sheet._cells.items():
        if cell.value is not None:
            rows.setdefault(row, {})[column] = form(cell.value)
    for row in sorted(rows):
        cells = rows[row]
        yield [cells.get(column, canonical.null()) for column in range(1, max(cells) + 1)]


def form(value):
    if isinstance(value, dt.datetime):
        return canonical.text(value.isoformat(timespec="milliseconds"))
    if isinstance(value, dt.date):
        return canonical.text(value.isoformat() + "T00:00:00.000")
    if isinstance(value, dt.time):
        return canonical.text(value.isoformat(timespec="milliseconds"))
    if isinstance(value, dt.timedelta):
        return canonical.text(duration(round(value / dt.timedelta(milliseconds=1))))
    # openpyxl leaves the escapes of control characters as they are.
    return canonical.value(unescape(value) if isinstance(value, str) else value)


def duration(ms):
    hours, rest = divmod(abs(ms), 3600000)
    return f"{'-' if ms < 0 else ''}{hours:02d}:{rest // 60000:02d}:{rest // 1000 % 60:02d}.{rest % 1000:03d}"
