import csv

from . import canonical


def read(path, options, lines):
    """Rows padded to as many fields as the longest has; `facts.fields` is how many."""
    csv.field_size_limit(2**31 - 1)
    dialect = {"delimiter": options["delimiter"], "strict": False}
    quote = options.get("quote", '"')
    if quote is False:
        dialect["quoting"] = csv.QUOTE_NONE
        dialect["quotechar"] = None
    else:
        dialect["quotechar"] = quote
        escape = options.get("escape", quote)
        dialect["doublequote"] = escape == quote
        dialect["escapechar"] = None if escape == quote else escape
    with open(path, encoding=options["encoding"], newline="") as file:
        rows = [row for row in csv.reader(file, **dialect) if row]
    fields = max((len(row) for row in rows), default=0)
    for row in rows:
        lines.add(canonical.array([canonical.text(field) for field in row + [""] * (fields - len(row))]))
    return {"fields": fields}
