"""Writes XML and NDJSON files with Python: `python other_files.py DIRECTORY COUNT SEED`. A function of SEED and COUNT."""

import json
import pathlib
import random
import sys
from xml.sax.saxutils import escape, quoteattr

NAMES = ["order", "line", "g:price", "sku", "naïve", "日本", "a.b-c_d", "x1"]
TEXTS = ["", " ", "plain", " two  spaces ", "a & b < c > d", "naïve 日本語 😀", "]]>", "line\nend", "tab\t", "\u00a0", "it's \"q\""]
CHARSETS = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "iso-8859-1"]


class Draw(random.Random):
    def text(self):
        text = self.choice(TEXTS)
        kind = self.random()
        if kind < 0.15 and "]]>" not in text:
            return f"<![CDATA[{text}]]>"
        if kind < 0.3:
            return "".join(f"&#x{ord(one):X};" if self.random() < 0.5 else f"&#{ord(one):05d};" for one in text)
        return escape(text)

    def element(self, depth):
        name = self.choice(NAMES)
        space = self.choice(["", "", "\n  "])
        attributes = "".join(f"{self.choice([' ', chr(10)])}{at}={quoteattr(self.choice(TEXTS))}" for at in self.sample(["id", "g:k", "naïve", "x-y"], self.choice([0, 0, 1, 3])))
        if depth == 0 or self.random() < 0.3:
            return f"<{name}{attributes}/>" if self.random() < 0.3 else f"<{name}{attributes}>{self.text()}</{name} >"
        inner = "".join(space + self.choice([self.text, lambda: "<!-- a comment -->", lambda: "<?pi data?>", *[lambda: self.element(depth - 1)] * 5])() for _ in range(self.randint(1, 6)))
        return f"<{name}{attributes}>{inner}{space}</{name}>"

    def value(self, depth):
        kind = self.randrange(8 if depth else 6)
        if kind == 0:
            return self.choice([None, True, False])
        if kind == 1:
            return self.choice([0, -1, 2**53 + 1, 10**30, 1.5, 1e-7, 1e300, 0.1 + 0.2, self.randrange(10**6)])
        if kind < 6:
            return self.choice(TEXTS)
        if kind == 6:
            return [self.value(depth - 1) for _ in range(self.randrange(4))]
        return {self.choice(TEXTS) + str(at): self.value(depth - 1) for at in range(self.randrange(4))}


def xml(path, draw):
    charset = draw.choice(CHARSETS)
    declared = {"utf-8-sig": "utf-8"}.get(charset, charset)
    body = "<root xmlns:g='urn:g'>" + "".join(draw.element(3) for _ in range(draw.randint(0, 8))) + "</root>"
    head = f'<?xml version="1.0" encoding="{declared}"?>\n' if charset != "utf-8" or draw.random() < 0.5 else ""
    doctype = draw.choice(["", "", "<!DOCTYPE root>", '<!DOCTYPE root [<!ELEMENT root ANY> <!-- <a> -->]>\n'])
    if charset == "iso-8859-1":
        body = "".join(one if ord(one) < 256 else "?" for one in body)
    path.with_suffix(".xml").write_bytes((head + doctype + body).encode(charset))


def ndjson(path, draw):
    lines = [json.dumps({"n": at, "value": draw.value(3)}, ensure_ascii=draw.random() < 0.5, separators=draw.choice([None, (",", ":")])) for at in range(draw.choice([0, 1, 50]))]
    end = draw.choice(["\n", "\r\n"])
    path.with_suffix(".ndjson").write_bytes((draw.choice(["", "\ufeff"]) + end.join(lines) + draw.choice(["", end])).encode("utf-8"))


def broken(path, draw):
    """A document in which a character is changed."""
    xml(path, draw)
    made = path.with_suffix(".xml")
    data = bytearray(made.read_bytes())
    data[draw.randrange(len(data))] = draw.choice(b"<>&;\"'/=!x \x00\x0b\xff")
    made.write_bytes(data)


WRITERS = [xml, ndjson, broken]


def main(directory, count, seed):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for at in range(count):
        WRITERS[at % 3](directory / f"{at:04d}-{WRITERS[at % 3].__name__}", Draw(f"{seed}-other-{at}"))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
