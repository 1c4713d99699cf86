"""Writes workbooks with openpyxl and XlsxWriter, and the values that openpyxl reads from them.

    python make-workbooks.py DIRECTORY COUNT SEED

Makes COUNT workbooks in DIRECTORY, and `expected.json`. Needs openpyxl and XlsxWriter. What is written is a function of COUNT
and SEED, but for what the writers put in of the time of day.
"""

import datetime as dt
import io
import json
import pathlib
import random
import re
import sys
import warnings
import zipfile

import openpyxl
import xlsxwriter
from openpyxl.utils.escape import unescape

WORDS = ["", " ", "plain", " spaces around ", "line\nbreak", "tab\there", "a & b < c > \"d\" 'e'", "Zürich", "日本語テキスト",
         "emoji 😀 text", "007", "1.5", "TRUE", "#N/A", "=not a formula", "on 2026-11-23", "x" * 300, "Ærøskøbing\u00a0", "ｶﾅ", "]]>"]
FORMATS = ["General", "0", "0.00", "#,##0.00", "0%", "0.00E+00", "@", '0 "days"', '[Red]0.0', "yyyy-mm-dd", "dd/mm/yy", "d-mmm",
           "yyyy-mm-dd hh:mm:ss", "h:mm AM/PM", "hh:mm:ss.000", "mm:ss", "[h]:mm:ss", "[mm]:ss", '[$-409]d/m/yy h:mm AM/PM;@',
           'yyyy"年"m"月"d"日"', '"h:m "0', r"\d0", "_d0", '[$-F800]dddd, mmmm dd, yyyy', "mmmm", "#,##0;[Red]-#,##0", "m/d;@"]
ERRORS = ["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!"]


class Chance(random.Random):
    def number(self):
        return self.choice([
            lambda: self.randint(-10**6, 10**6), lambda: self.randint(0, 9), lambda: round(self.uniform(-1000, 1000), 2),
            lambda: self.random() * 10 ** self.randint(-12, 12), lambda: 1.1, lambda: 0.1 + 0.2, lambda: 2**53 - 1, lambda: 0,
            lambda: -0.5, lambda: 1e-300, lambda: 1e300, lambda: 123456789012.345])()

    def moment(self, first=1901):
        start = dt.datetime(first, 1, 1)
        moment = start + dt.timedelta(days=self.randint(0, 60000), seconds=self.randint(0, 86399))
        return moment.replace(microsecond=self.choice([0, 0, 1000, 123000, 500000, 999000]))

    def value(self):
        kind = self.randrange(12)
        if kind < 4:
            return self.number()
        if kind < 7:
            return self.choice(WORDS)
        if kind == 7:
            return self.random() < 0.5
        if kind == 8:
            return self.moment()
        if kind == 9:
            return self.moment().date() if self.random() < 0.5 else self.moment().time()
        if kind == 10:
            return dt.timedelta(milliseconds=self.randint(0, 10**9))
        return None


def with_openpyxl(path, chance):
    book = openpyxl.Workbook()
    if chance.random() < 0.25:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.iso_dates = chance.random() < 0.2
    for number in range(chance.randint(1, 3)):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = chance.choice(["Data", "Übersicht", "a & b", "表", "It's"]) + str(number)
        top = chance.choice([1, 1, 1, 3])
        for row in range(top, top + chance.randint(0, 14)):
            if chance.random() < 0.1:
                continue
            for column in range(1, chance.randint(1, 9)):
                value = chance.value()
                cell = sheet.cell(row=row, column=column, value=None if value == "" else value)
                if isinstance(value, str) and value.startswith("="):
                    cell.data_type = "s"
                if isinstance(value, (int, float)) and not isinstance(value, bool) and chance.random() < 0.4 and 1 < abs(value) < 10**5:
                    cell.number_format = chance.choice(FORMATS)
        sheet.sheet_state = "visible" if number == 0 else chance.choice(["visible", "hidden", "veryHidden"])
        if chance.random() < 0.3:
            sheet.merge_cells(start_row=20, start_column=1, end_row=21, end_column=3)
            sheet["A20"] = "merged"
        if chance.random() < 0.3:
            sheet.row_dimensions[2].hidden = True
            sheet.column_dimensions["B"].hidden = True
        if chance.random() < 0.3:
            sheet.freeze_panes = "B2"
            sheet["A30"].comment = openpyxl.comments.Comment("a note", "me")
    book.save(path)


def with_xlsxwriter(path, chance):
    options = {"constant_memory": chance.random() < 0.3, "use_zip64": chance.random() < 0.2, "date_1904": chance.random() < 0.25,
               "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(path, options)
    formats = [book.add_format({"num_format": code}) for code in FORMATS]
    bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
    clock, span = book.add_format({"num_format": "hh:mm:ss.000"}), book.add_format({"num_format": "[h]:mm:ss.000"})
    for number in range(chance.randint(1, 3)):
        sheet = book.add_worksheet(chance.choice([f"Sheet {number}", f"n°{number}", f"{number}"]))
        for row in range(chance.randint(0, 14)):
            for column in range(chance.randint(1, 9)):
                value = chance.value()
                roll = chance.random()
                if roll < 0.08:
                    sheet.write_formula(row, column, "=1+1", None, chance.choice([2, 2.5, "text", True, False, "#N/A", ""]))
                elif roll < 0.14 and not options["constant_memory"]:
                    sheet.write_rich_string(row, column, "plain ", bold, "bold", " and more")
                elif roll < 0.18:
                    sheet.write_string(row, column, "control \x01 and \x1f")
                elif roll < 0.22:
                    sheet.write_blank(row, column, None, bold)
                elif isinstance(value, dt.datetime):
                    sheet.write_datetime(row, column, value if value.year >= 1904 else dt.datetime(1999, 12, 31, 23, 59), date)
                elif isinstance(value, dt.date):
                    sheet.write_datetime(row, column, max(value, dt.date(1904, 1, 2)), formats[9])
                elif isinstance(value, dt.time):
                    sheet.write_datetime(row, column, value, clock)
                elif isinstance(value, dt.timedelta):
                    sheet.write_datetime(row, column, value, span)
                elif isinstance(value, (int, float)) and not isinstance(value, bool) and 1 < abs(value) < 10**5:
                    sheet.write_number(row, column, value, chance.choice(formats) if chance.random() < 0.5 else None)
                elif value is not None:
                    sheet.write(row, column, value)
        if chance.random() < 0.3 and number > 0:
            sheet.hide()
        if chance.random() < 0.3:
            sheet.autofilter(0, 0, 5, 5)
            sheet.data_validation(1, 1, 3, 3, {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": 9})
            sheet.conditional_format(0, 0, 9, 9, {"type": "cell", "criteria": ">", "value": 5, "format": bold})
    if chance.random() < 0.2:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": [book.worksheets()[0].name, 0, 0, 4, 0]})
        book.add_chartsheet("Chart").set_chart(chart)
    book.close()


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, dt.datetime):
        return {"datetime": value.isoformat(timespec="milliseconds")}
    if isinstance(value, dt.date):
        return {"datetime": value.isoformat() + "T00:00:00.000"}
    if isinstance(value, dt.time):
        return {"time": value.isoformat(timespec="milliseconds")}
    if isinstance(value, dt.timedelta):
        return {"duration": round(value / dt.timedelta(milliseconds=1))}
    # openpyxl leaves the escapes of control characters as they are.
    return unescape(value) if isinstance(value, str) else value


def read(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, data_only=True)
    return [[sheet.title, [[row[0].row, [plain(cell.value) for cell in row]] for row in sheet.iter_rows()
                           if any(cell.value is not None for cell in row)]] for sheet in book.worksheets]


def rewrite(data, chance):
    """The same workbook as other writers would have put it."""
    way = chance.choice(["as it is", "as it is", "prefix", "no references", "strict", "stored", "descriptors", "utf-16", "backwards"])
    parts = [(info.filename, zipfile.ZipFile(io.BytesIO(data)).read(info)) for info in zipfile.ZipFile(io.BytesIO(data)).infolist()]
    # Fonts, colors and who wrote it: nothing that is read, and half of the bytes.
    parts = [(name, body) for name, body in parts if not name.startswith(("xl/theme/", "docProps/", "xl/charts/"))]
    texts = [(name, body.decode("utf-8") if name.endswith((".xml", ".rels")) else body) for name, body in parts]
    is_sheet = re.compile(r"xl/worksheets/[^/]*\.xml").fullmatch
    if way == "prefix":
        texts = [(name, prefixed(text) if is_sheet(name) or name == "xl/sharedStrings.xml" else text) for name, text in texts]
    if way == "no references":
        texts = [(name, unreferenced(text) if is_sheet(name) else text) for name, text in texts]
    if way == "strict":
        texts = [(name, strict(text) if isinstance(text, str) else text) for name, text in texts]
    if way == "backwards":
        texts.reverse()
    encoding = "utf-16" if way == "utf-16" else "utf-8"
    out = io.BytesIO()
    target = Unseekable(out) if way == "descriptors" else out
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if way == "stored" else zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts:
            if isinstance(text, str):
                text = re.sub(r'encoding="[^"]*"', f'encoding="{encoding}"', text, count=1).encode(encoding)
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, archive.compression)
    return way, out.getvalue()


class Unseekable(io.RawIOBase):
    def __init__(self, inner):
        self.inner = inner

    def write(self, data):
        return self.inner.write(data)

    def flush(self):
        pass


def prefixed(text):
    text = re.sub(r"<(/?)(?!mc:|x14ac:|r:|\?|!)([A-Za-z])", r"<\1x:\2", text)
    return text.replace(' xmlns="', ' xmlns:x="', 1)


def unreferenced(text):
    """Leaves out the references of cells and rows where nothing is skipped, as they are optional there."""
    rows = []
    last = 0
    for row in re.findall(r"<row[^>]*/>|<row.*?</row>", text, re.S):
        number = int(re.search(r' r="(\d+)"', row).group(1))
        columns = [column_of(ref) for ref in re.findall(r'<c [^>]*?r="([A-Z]+)\d+"', row)]
        out = re.sub(r'(<c )r="[A-Z]+\d+"', r"\1", row) if columns == list(range(1, len(columns) + 1)) else row
        rows.append((row, out.replace(f' r="{number}"', "", 1) if number == last + 1 else out))
        last = number
    for row, out in rows:
        text = text.replace(row, out, 1)
    return text


def column_of(letters):
    return openpyxl.utils.column_index_from_string(letters)


def strict(text):
    return (text.replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
            .replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                     "http://purl.oclc.org/ooxml/officeDocument/relationships"))


def main(directory, count, seed):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    expected = []
    for number in range(count):
        chance = Chance(f"{seed}/{number}")
        writer, write = ("openpyxl", with_openpyxl) if number % 2 == 0 else ("XlsxWriter", with_xlsxwriter)
        path = directory / f"{number:03}.xlsx"
        write(str(path), chance)
        sheets = read(path)
        way, data = rewrite(path.read_bytes(), chance)
        path.write_bytes(data)
        expected.append({"file": path.name, "writer": writer, "way": way, "sheets": sheets})
    (directory / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
