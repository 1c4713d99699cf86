import duckdb

from . import canonical


def read(path, options, lines):
    """Rows of text by the dialect given. DuckDB must know how many columns there are: `fields` says so."""
    connection = duckdb.connect(config={"threads": 1})
    escaped = "".join(f"[{one}]" if one in "*?[" else one for one in path)
    quote = options.get("quote", '"')
    columns = {f"c{at}": "VARCHAR" for at in range(options["fields"])}
    spec = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"
    sql = f"""SELECT * FROM read_csv(?, auto_detect = false, header = false, columns = {spec}, delim = ?, quote = ?, escape = ?,
        null_padding = true, nullstr = ?, strict_mode = ?, max_line_size = 100000000, parallel = false, encoding = ?)"""
    escape = options.get("escape", quote)
    parameters = [escaped, options["delimiter"], quote or "", escape or "", "\x01null\x01", False, options["encoding"]]
    cursor = connection.execute(sql, parameters)
    while rows := cursor.fetchmany(5000):
        for row in rows:
            lines.add(canonical.array([canonical.text(field or "") for field in row]))

