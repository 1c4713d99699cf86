import json

import pyarrow.parquet as pq

from . import canonical
from .arrow_values import Leaf, column_values, shape_of

PLACES = {"milliseconds": 3, "microseconds": 6, "nanoseconds": 9}


def read(path, options, lines):
    with pq.ParquetFile(path, page_checksum_verification=options.get("checksums", False)) as file:
        leaves = [leaf_of(file.schema.column(at)) for at in range(len(file.schema))]
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            rest = iter(leaves)
            columns = {}
            for field, column in zip(table.schema, table.columns):
                if field.name in columns:
                    raise ValueError("two columns have one name")
                columns[field.name] = column_values(column, rest)
            add_rows(columns, table.num_rows, lines)


def add_rows(columns, count, lines):
    names = sorted(columns, key=canonical.sort_key)
    heads = [json.dumps(name, ensure_ascii=False) + ":" for name in names]
    lists = [columns[name] for name in names]
    if not lists:
        for _ in range(count):
            lines.add("{}")
    for row in zip(*lists):
        lines.add("{" + ",".join(head + value for head, value in zip(heads, row)) + "}")


def leaf_of(column):
    logical = json.loads(column.logical_type.to_json())
    kind = logical.get("Type")
    if kind in ("String", "Enum", "JSON"):
        return Leaf("text")
    if kind == "UUID":
        return Leaf("uuid")
    if column.physical_type == "INT96":
        return Leaf("timestamp", 9, True)
    if kind in ("Timestamp", "Time"):
        return Leaf(kind.lower(), PLACES[logical["timeUnit"]], logical["isAdjustedToUTC"])
    return Leaf()
