"""Writes python-csv.json: files with stray quotes, and the rows that Python's csv makes of them.

Run it with `python3 record-python-csv.py`. With pandas installed, it checks that pandas makes the same rows.
"""

import csv
import io
import json
import random
from pathlib import Path

FIELDS = ["", "x", "é", " y ", '"a, b"', '"say ""hi"""', '""', '"two\nlines"', '19" monitor', 'a"', 'b""c',
          "37°36'37.8\"N", ' "x"', 'd"e"f', '"a"b', '"a"b"c"', '"a" ', '"a""b"c"', '""x', '"a"b""']

pick = random.Random(16)
recorded = []
for _ in range(200):
    lines = [",".join(pick.choice(FIELDS) for _ in range(4)) for _ in range(pick.randint(1, 4))]
    text = "\n".join(lines) + "\n"
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    recorded.append({"text": text, "rows": rows})
    try:
        import pandas
    except ImportError:
        continue
    frame = pandas.read_csv(io.StringIO(text), header=None, dtype=str, keep_default_na=False)
    assert frame.values.tolist() == rows, (text, frame.values.tolist(), rows)

Path(__file__).with_name("python-csv.json").write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n")
