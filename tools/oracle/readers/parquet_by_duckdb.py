"""Parquet as DuckDB reads it. Moments lose the zeros at their end and their zone: DuckDB has microseconds for most of them."""

import duckdb

from .arrow_values import Leaf, column_values
from .parquet_by_pyarrow import add_rows


def read(path, options, lines):
    connection = duckdb.connect(config={"threads": 1})
    # Names with characters of globs are files, too.
    escaped = "".join(f"[{one}]" if one in "*?[" else one for one in path)
    reader = connection.execute("SELECT * FROM read_parquet(?)", [escaped]).to_arrow_reader(10000)
    for batch in reader:
        import pyarrow as pa

        table = pa.Table.from_batches([batch])
        columns = {}
        for field, column in zip(table.schema, table.columns):
            if field.name in columns:
                raise ValueError("two columns have one name")
            columns[field.name] = column_values(column, endless())
        add_rows(columns, table.num_rows, Loose(lines))


def endless():
    while True:
        yield Leaf()


class Loose:
    """Lines in which moments are written as far as both sides know them; see `loosened` of `canonical.ts`."""

    def __init__(self, lines):
        self.lines = lines

    def add(self, line):
        self.lines.add(loosened(line))


def loosened(line):
    import re

    return re.sub(r'("s:(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d\.)(\d+)Z?"', lambda match: match[1] + match[2].rstrip("0") + '"', line)
