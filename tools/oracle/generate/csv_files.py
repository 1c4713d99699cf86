"""Writes CSV and text files with Python's csv, pandas, DuckDB and Polars: `python csv_files.py DIRECTORY COUNT SEED`.

Beside each file is `NAME.dialect.json`, which says how it is to be read. What is written is a function of SEED and COUNT.
"""

import csv
import io
import json
import pathlib
import random
import sys

import duckdb
import pandas
import polars

ASCII = ["", "a", "plain text", " spaces ", "1.5", "-7", "2026-11-29", "true", "null", "x" * 300, "it's", "tab\there", "a|b", "a;b", "a,b"]
QUOTED = ['say "hi"', '"', '""', "two\nlines", "carriage\r\nreturn", '",\n"', "ends with\n", '19" monitor']
# By encoding of Millrace: that of Python, and words that it can write.
CHARSETS = {
    "utf-8": ("utf-8-sig", ["naïve", "日本語", "😀", "Ærøskøbing", "\u00a0", "\u2028", "e\u0301", "\x85"]),
    "utf-16": ("utf-16", ["naïve", "日本語", "😀", "\u0d0a", "\u0a0d", "\u2c22"]),
    "utf-16be": ("utf-16-be", ["naïve", "日本語", "😀"]),
    "utf-16le": ("utf-16-le", ["naïve", "日本語", "😀"]),
    "utf-32": ("utf-32", ["naïve", "日本語", "😀"]),
    "windows-1252": ("cp1252", ["naïve", "€ 5", "“quoted”", "–"]),
    "iso-8859-1": ("latin-1", ["naïve", "£", "¼", "\x85"]),
    "iso-8859-2": ("iso8859-2", ["žluťoučký", "Łódź"]),
    "iso-8859-15": ("iso8859-15", ["€ 5", "œuvre"]),
    "windows-1250": ("cp1250", ["žluťoučký", "€"]),
    "windows-1251": ("cp1251", ["Привет", "ё", "№"]),
    "windows-1253": ("cp1253", ["Γειά", "ά"]),
    "windows-1254": ("cp1254", ["İstanbul", "ğ"]),
    "windows-1255": ("cp1255", ["שלום"]),
    "windows-1256": ("cp1256", ["مرحبا"]),
    "windows-1257": ("cp1257", ["žąsis"]),
    "koi8-r": ("koi8-r", ["Привет", "ё"]),
    "koi8-u": ("koi8-u", ["Привіт", "ґ"]),
    "ibm866": ("cp866", ["Привет"]),
    "macintosh": ("mac-roman", ["naïve", "œ"]),
    "shift_jis": ("cp932", ["日本語", "ソ", "表", "ｶﾅ", "①"]),
    "euc-jp": ("euc-jp", ["日本語", "ソ", "ｶﾅ"]),
    "gbk": ("gbk", ["中文", "価"]),
    "gb18030": ("gb18030", ["中文", "😀", "€"]),
    "big5": ("big5hkscs", ["中文", "功", "許"]),
    "euc-kr": ("cp949", ["한국어", "똠"]),
    "windows-874": ("cp874", ["สวัสดี"]),
    "us-ascii": ("ascii", ["plain"]),
}


class Draw(random.Random):
    def rows(self, fields, words, end):
        """Rows of which none is blank: what a blank line is, readers do not agree on."""
        columns = self.randint(2, fields)
        head = [[f"column {at}" for at in range(columns)]]
        body = [[self.choice(words).replace("\r\n", end) if end != "\r\n" else self.choice(words) for _ in range(columns)] for _ in range(self.choice([0, 1, 20, 20, 300]))]
        return head + [["-" if not any(row) else row[0], *row[1:]] for row in body]


def by_csv(draw, rows, dialect, end):
    out = io.StringIO(newline="")
    quoting = draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    escape = dialect.get("escape")
    quote = dialect.get("quote", '"')
    if escape and escape != quote:
        # Escapes are quoted and doubled by hand: Python's own writer leaves a backslash in a quoted field as it is.
        for row in rows:
            fields = [quote + field.replace(escape, escape * 2).replace(quote, escape + quote) + quote for field in row]
            out.write(dialect["delimiter"].join(fields) + end)
        return out.getvalue()
    csv.writer(out, delimiter=dialect["delimiter"], quotechar=quote, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue()


def by_pandas(draw, rows, dialect, end):
    frame = pandas.DataFrame(rows[1:], columns=rows[0])
    return frame.to_csv(
        index=draw.random() < 0.3, index_label="at", sep=dialect["delimiter"], quotechar=dialect.get("quote", '"'), lineterminator=end,
        quoting=draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), header=draw.random() < 0.8,
    )


def by_polars(draw, rows, dialect, end):
    frame = polars.DataFrame({name: [row[at] for row in rows[1:]] for at, name in enumerate(rows[0])}, schema={name: polars.String for name in rows[0]})
    style = draw.choice(["necessary", "always", "non_numeric"])
    return frame.write_csv(separator=dialect["delimiter"], quote_char=dialect.get("quote", '"'), line_terminator=end, quote_style=style)


def by_duckdb(draw, rows, dialect, end):
    path = pathlib.Path("duckdb-writes.tmp").absolute()
    connection = duckdb.connect(config={"threads": 1})
    columns = ", ".join(f'"{name}" VARCHAR' for name in rows[0])
    connection.execute(f"CREATE TABLE one ({columns})")
    if rows[1:]:
        connection.executemany(f"INSERT INTO one VALUES ({', '.join('?' * len(rows[0]))})", rows[1:])
    force = draw.choice(["", ", FORCE_QUOTE *"])
    try:
        connection.execute(f"COPY one TO '{path}' (FORMAT csv, DELIMITER ?, QUOTE ?, ESCAPE ?, HEADER{force})", [dialect["delimiter"], dialect.get("quote", '"'), dialect.get("quote", '"')])
        return path.read_bytes().decode("utf-8")
    finally:
        path.unlink(missing_ok=True)


WRITERS = [by_csv, by_csv, by_csv, by_pandas, by_polars, by_duckdb]


def main(directory, count, seed):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    names = list(CHARSETS)
    for at in range(count):
        draw = Draw(f"{seed}-csv-{at}")
        writer = WRITERS[at % len(WRITERS)]
        charset = "utf-8" if at % 2 == 0 else names[at // 2 % len(names)]
        python, words = CHARSETS[charset]
        dialect = {"charset": charset, "python": python, "delimiter": draw.choice([",", ",", ";", "\t", "|"])}
        if writer is by_csv and draw.random() < 0.3:
            dialect["quote"] = "'"
        if writer is by_csv and draw.random() < 0.2:
            dialect["escape"] = "\\"
        end = draw.choice(["\n", "\r\n"]) if writer is not by_duckdb else "\n"
        text = writer(draw, draw.rows(8, ASCII + QUOTED + words * 2, end), dialect, end)
        if draw.random() < 0.3:
            text = text.removesuffix(end)
        encoder = {"utf-8-sig": "utf-8"}.get(python, python)
        data = text.encode(encoder)
        if charset == "utf-8" and draw.random() < 0.3:
            data = b"\xef\xbb\xbf" + data
        name = f"{at:04d}-{writer.__name__[3:]}-{charset}"
        for suffix in (".csv", ".txt") if at % 4 == 1 else (".csv",):
            (directory / (name + suffix)).write_bytes(data)
            (directory / (name + suffix + ".dialect.json")).write_text(json.dumps(dialect) + "\n")


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
