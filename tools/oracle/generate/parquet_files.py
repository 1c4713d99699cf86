"""Writes Parquet files with pyarrow, DuckDB, fastparquet, Polars and pandas: `python parquet_files.py DIRECTORY COUNT SEED`.

What is written is a function of SEED and COUNT. Option sets are drawn, so that any two options meet in some file.
"""

import datetime as dt
import decimal
import pathlib
import random
import sys
import uuid
import warnings

import duckdb
import fastparquet
import numpy as np
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq

WORDS = ["", "a", "naïve", "日本語", "😀", "line\nbreak", "quote\"", "null", "\u0000", "x" * 200, "-0", "NaN"]


class Draw(random.Random):
    def maybe(self, share, value):
        return None if self.random() < share else value()

    def moment(self, first=1700, last=2260):
        start = dt.datetime(first, 1, 1)
        days = (dt.datetime(last, 1, 1) - start).days
        return start + dt.timedelta(days=self.randrange(days), seconds=self.randrange(86400), microseconds=self.randrange(10**6))

    def number(self):
        return self.choice([0.0, -0.0, 1.5, float("nan"), float("inf"), float("-inf"), 1e-310, 1e300, self.uniform(-1e6, 1e6), 0.1, 3.0])

    def long(self):
        return self.choice([0, 1, -1, 2**53 + 1, -(2**63), 2**63 - 1, self.randrange(-1000, 1000), self.randrange(-(2**62), 2**62)])

    def decimal(self, precision, scale):
        digits = self.randrange(-(10**precision) + 1, 10**precision)
        return decimal.Decimal(digits).scaleb(-scale, decimal.Context(prec=80))


FLAT = {
    "bool": (pa.bool_(), lambda d: d.random() < 0.5),
    "i8": (pa.int8(), lambda d: d.randrange(-128, 128)),
    "i16": (pa.int16(), lambda d: d.randrange(-(2**15), 2**15)),
    "i32": (pa.int32(), lambda d: d.choice([0, -(2**31), 2**31 - 1, d.randrange(-1000, 1000)])),
    "i64": (pa.int64(), lambda d: d.long()),
    "u8": (pa.uint8(), lambda d: d.randrange(256)),
    "u16": (pa.uint16(), lambda d: d.randrange(2**16)),
    "u32": (pa.uint32(), lambda d: d.choice([0, 2**32 - 1, d.randrange(2**32)])),
    "u64": (pa.uint64(), lambda d: d.choice([0, 2**64 - 1, d.randrange(2**64)])),
    "f16": (pa.float16(), lambda d: np.float16(d.choice([0.0, -0.0, 1.5, float("inf"), float("nan"), 6e-8, 65504.0]))),
    "f32": (pa.float32(), lambda d: float(np.float32(d.choice([0.0, -0.0, 0.1, 1e38, float("inf"), float("nan"), 1e-45])))),
    "f64": (pa.float64(), lambda d: d.number()),
    "s": (pa.string(), lambda d: d.choice(WORDS) + d.choice(["", str(d.randrange(1000))])),
    "ls": (pa.large_string(), lambda d: d.choice(WORDS)),
    "b": (pa.binary(), lambda d: d.randbytes(d.randrange(20))),
    "fb": (pa.binary(7), lambda d: d.randbytes(7)),
    "date": (pa.date32(), lambda d: d.moment(2, 9990).date()),
    "t_ms": (pa.time32("ms"), lambda d: d.moment().replace(microsecond=0).time()),
    "t_us": (pa.time64("us"), lambda d: d.moment().time()),
    "t_ns": (pa.time64("ns"), lambda d: d.moment().time()),
    "ts_s": (pa.timestamp("s"), lambda d: d.moment(2, 9990).replace(microsecond=0)),
    "ts_ms": (pa.timestamp("ms"), lambda d: d.moment(2, 9990).replace(microsecond=5000)),
    "ts_us": (pa.timestamp("us", "UTC"), lambda d: d.moment(2, 9990).replace(tzinfo=dt.timezone.utc)),
    "ts_ns": (pa.timestamp("ns"), lambda d: d.moment()),
    "ts_zone": (pa.timestamp("us", "Europe/Zurich"), lambda d: d.moment(2, 9990).replace(tzinfo=dt.timezone.utc)),
    "dur": (pa.duration("us"), lambda d: dt.timedelta(microseconds=d.randrange(-(10**12), 10**12))),
    "d5": (pa.decimal128(5, 2), lambda d: d.decimal(5, 2)),
    "d18": (pa.decimal128(18, 0), lambda d: d.decimal(18, 0)),
    "d38": (pa.decimal128(38, 10), lambda d: d.decimal(38, 10)),
    "d76": (pa.decimal256(76, 30), lambda d: d.decimal(76, 30)),
    "null": (pa.null(), lambda d: None),
    "dict": (pa.dictionary(pa.int32(), pa.string()), lambda d: d.choice(WORDS[:4])),
}

NESTED = {
    "list": (pa.list_(pa.int32()), lambda d: [d.maybe(0.2, lambda: d.randrange(9)) for _ in range(d.randrange(4))]),
    "list2": (pa.list_(pa.list_(pa.string())), lambda d: [d.maybe(0.2, lambda: [d.maybe(0.2, lambda: d.choice(WORDS)) for _ in range(d.randrange(3))]) for _ in range(d.randrange(3))]),
    "struct": (pa.struct([("a", pa.int64()), ("b", pa.struct([("c", pa.string())]))]), lambda d: {"a": d.maybe(0.3, d.long), "b": d.maybe(0.3, lambda: {"c": d.maybe(0.3, lambda: d.choice(WORDS))})}),
    "map": (pa.map_(pa.string(), pa.int32()), lambda d: [(f"k{at}", d.maybe(0.3, lambda: d.randrange(9))) for at in range(d.randrange(4))]),
    "map_i": (pa.map_(pa.int32(), pa.string()), lambda d: [(at, d.maybe(0.3, lambda: d.choice(WORDS))) for at in range(d.randrange(4))]),
    "fsl": (pa.list_(pa.float32(), 3), lambda d: [1.5, d.maybe(0.3, lambda: 2.0), 0.0]),
    "ll": (pa.large_list(pa.struct([("x", pa.decimal128(9, 3)), ("y", pa.list_(pa.date32()))])), lambda d: [{"x": d.decimal(9, 3), "y": [d.moment(2, 9990).date() for _ in range(d.randrange(3))]} for _ in range(d.randrange(3))]),
}


def table(draw, kinds, rows):
    names = draw.sample(sorted(kinds), draw.randint(1, min(10, len(kinds))))
    arrays, fields = [], []
    for name in names:
        kind, make = kinds[name]
        share = draw.choice([0, 0, 0.1, 0.5, 1])
        values = [draw.maybe(share, lambda: make(draw)) for _ in range(rows)]
        required = share == 0 and name != "null" and draw.random() < 0.4
        if draw.random() < 0.3:
            values = sorted(values, key=lambda value: (value is None, repr(value)))
        arrays.append(pa.array(values, type=kind))
        fields.append(pa.field(name, kind, nullable=not required))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def encodings(draw, schema):
    """Encodings that pyarrow can write, by column."""
    of = {}
    for field in schema:
        kind, choices = field.type, ["PLAIN"]
        if pa.types.is_int32(kind) or pa.types.is_int64(kind):
            choices += ["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]
        elif pa.types.is_string(kind) or pa.types.is_binary(kind):
            choices += ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]
        elif pa.types.is_fixed_size_binary(kind):
            choices += ["BYTE_STREAM_SPLIT", "DELTA_BYTE_ARRAY"]
        elif pa.types.is_floating(kind):
            choices += ["BYTE_STREAM_SPLIT"]
        elif pa.types.is_boolean(kind):
            choices += ["RLE"]
        if not (pa.types.is_nested(kind) or pa.types.is_dictionary(kind) or pa.types.is_null(kind)):
            of[field.name] = draw.choice(choices)
    return of


def by_pyarrow(path, draw):
    kinds = draw.choice([FLAT, FLAT, NESTED, {**FLAT, **NESTED}])
    rows = draw.choice([0, 1, 3, 100, 100, 1500])
    one = table(draw, kinds, rows)
    options = {
        "version": draw.choice(["1.0", "2.4", "2.6"]),
        "data_page_version": draw.choice(["1.0", "2.0"]),
        "compression": draw.choice(["NONE", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"]),
        "row_group_size": draw.choice([1, 7, 50, 1000, None]) if rows <= 100 else draw.choice([300, None]),
        "data_page_size": draw.choice([None, 64, 1024]),
        "write_statistics": draw.random() < 0.5,
        "write_page_index": draw.random() < 0.3,
        "write_page_checksum": draw.random() < 0.3,
        "store_schema": draw.random() < 0.7,
        "dictionary_pagesize_limit": draw.choice([None, 16, 1024]),
        "use_compliant_nested_type": draw.random() < 0.7,
        "store_decimal_as_integer": draw.random() < 0.3,
        "write_batch_size": draw.choice([None, 5]),
    }
    if draw.random() < 0.4:
        options["use_dictionary"], options["column_encoding"] = False, encodings(draw, one.schema)
    else:
        options["use_dictionary"] = draw.choice([True, False, one.schema.names[:1]])
    if any(name in ("ts_ns", "ts_us") for name in one.schema.names) and draw.random() < 0.3:
        options["use_deprecated_int96_timestamps"] = not any(name in ("ts_s", "ts_ms", "ts_us", "ts_zone") for name in one.schema.names)
    pq.write_table(one, path, **options)


def by_duckdb(path, draw):
    connection = duckdb.connect(config={"threads": 1})
    flat = {name: FLAT[name] for name in FLAT if name not in ("f16", "d76", "null", "dict", "t_ms", "t_ns", "dur")}
    nested = {name: NESTED[name] for name in NESTED if name not in ("fsl", "ll")}
    connection.register("one", table(draw, draw.choice([flat, {**flat, **nested}]), draw.choice([0, 1, 100, 3000])))
    extra = draw.choice(["", ", uuid() AS id", ", 'red'::ENUM('red', 'blue') AS color", ", 170141183460469231731687303715884105727::HUGEINT AS huge", ", '{\"a\": 1}'::JSON AS doc"])
    if "uuid()" in extra:
        extra = f", '{uuid.UUID(int=draw.getrandbits(128))}'::UUID AS id"
    codec = draw.choice(["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"])
    version = draw.choice(["V1", "V2"])
    size = draw.choice([2048, 122880])
    connection.execute(f"COPY (SELECT *{extra} FROM one) TO '{path}' (FORMAT parquet, COMPRESSION {codec}, PARQUET_VERSION {version}, ROW_GROUP_SIZE {size})")


def by_fastparquet(path, draw):
    rows = draw.choice([1, 100, 1000])
    made = {
        "i": np.array([draw.randrange(-(2**31), 2**31) for _ in range(rows)], dtype="int64"),
        "f": np.array([draw.uniform(-1, 1) for _ in range(rows)]),
        "s": pandas.Series([draw.choice(WORDS[:8]) for _ in range(rows)], dtype=object),
        "o": pandas.Series([draw.maybe(0.3, lambda: draw.choice(WORDS[:4])) for _ in range(rows)], dtype=object),
        "t": pandas.Series([draw.moment() for _ in range(rows)]).astype("datetime64[ns]"),
        "b": np.array([draw.random() < 0.5 for _ in range(rows)]),
        "n": pandas.Series([draw.maybe(0.3, lambda: draw.randrange(9)) for _ in range(rows)], dtype="Int64"),
        "c": pandas.Series(pandas.Categorical([draw.choice(["x", "y"]) for _ in range(rows)])),
    }
    frame = pandas.DataFrame({name: made[name] for name in sorted(draw.sample(sorted(made), draw.randint(1, 8)))})
    fastparquet.write(
        str(path), frame, compression=draw.choice([None, "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"]), stats=draw.random() < 0.5,
        times=draw.choice(["int64", "int96"]), row_group_offsets=draw.choice([50_000_000, 40]), write_index=False,
        has_nulls=draw.choice([True, "infer"]), object_encoding="utf8",
    )


def by_polars(path, draw):
    flat = {name: FLAT[name] for name in FLAT if name not in ("f16", "d76", "fb", "null", "ls", "t_ms", "t_us")}
    nested = {name: NESTED[name] for name in NESTED if not name.startswith("map")}
    frame = polars.from_arrow(table(draw, draw.choice([flat, {**flat, **nested}]), draw.choice([1, 100, 1500])))
    frame.write_parquet(
        path, compression=draw.choice(["uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4"]), statistics=draw.random() < 0.5,
        row_group_size=draw.choice([None, 40, 1000]), data_page_size=draw.choice([None, 512]),
    )


def by_pandas(path, draw):
    flat = {name: FLAT[name] for name in ("bool", "i64", "f64", "s", "ts_us", "date", "d5")}
    frame = table(draw, flat, draw.choice([0, 1, 200])).to_pandas()
    if draw.random() < 0.5:
        frame.index = pandas.Index(range(5, 5 + len(frame)), name="at")
    frame.to_parquet(path, engine="pyarrow", compression=draw.choice([None, "snappy", "gzip", "zstd"]), index=draw.choice([None, True, False]))


WRITERS = [by_pyarrow] * 5 + [by_duckdb] * 2 + [by_fastparquet, by_polars, by_pandas]


def main(directory, count, seed):
    warnings.simplefilter("ignore")
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for at in range(count):
        writer = WRITERS[at % len(WRITERS)]
        path = directory / f"{at:04d}-{writer.__name__[3:]}.parquet"
        if not any(is_written(writer, path, Draw(f"{seed}-parquet-{at}-{attempt}")) for attempt in range(20)):
            raise SystemExit(f"{path.name}: twenty sets of options were refused")


def is_written(writer, path, draw):
    """Not every writer takes every set of options: the next draw is tried then."""
    try:
        writer(path, draw)
        return True
    except Exception as error:
        path.unlink(missing_ok=True)
        print(f"{path.name}: {type(error).__name__}: {error}"[:300], file=sys.stderr)
        return False


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
