"""Reads files with Python's readers, as `tools/oracle.ts` asks for them.

A request is one line of JSON on standard input: `{"oracle", "path", "options", "dump"}`. A response is one line on standard
output: `{"lines", "sha256", "facts"}` of what was read, in the canonical form of `readers/canonical.py`; or
`{"refused", "message"}`. With `dump`, the canonical lines go into that file as well.
"""

import importlib
import json
import os
import sys
import warnings

from readers.lines import Lines

ORACLES = {
    "pyarrow": "parquet_by_pyarrow",
    "duckdb-parquet": "parquet_by_duckdb",
    "csv": "csv_by_python",
    "duckdb-csv": "csv_by_duckdb",
    "zipfile": "zip_by_python",
    "tarfile": "tar_by_python",
    "gzip": "compressed_by_python",
    "bz2": "compressed_by_python",
    "zlib": "compressed_by_python",
    "codecs": "text_by_python",
    "expat": "xml_by_python",
    "json": "json_by_python",
    "openpyxl": "xlsx_by_openpyxl",
}


def answer(request):
    lines = Lines(request.get("dump"))
    try:
        reader = importlib.import_module("readers." + ORACLES[request["oracle"]])
        facts = reader.read(request["path"], request.get("options", {}), lines)
        return {"lines": lines.count, "sha256": lines.digest(), "facts": facts or {}}
    except (Exception, RecursionError) as error:  # Whatever a library raises on a damaged file is a refusal.
        return {"refused": type(error).__name__, "message": str(error)[:500]}
    finally:
        lines.close()


def main():
    warnings.simplefilter("ignore")
    # Libraries that print must not print among the responses.
    responses = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        responses.write(json.dumps(answer(json.loads(line))) + "\n")
        responses.flush()


main()
