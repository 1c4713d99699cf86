import bz2
import gzip
import zlib

from . import canonical
from .zip_by_python import measured


def read(path, options, lines):
    with opened(path, options["format"]) as file:
        length, digest = measured(file)
    lines.add(canonical.struct({"length": canonical.integer(length), "sha256": canonical.text(digest)}))


def opened(path, kind):
    if kind == "gzip":
        return gzip.open(path)
    if kind == "bzip2":
        return bz2.open(path)
    return Zlib(path)


class Zlib:
    """A file of one zlib stream and nothing else."""

    def __init__(self, path):
        with open(path, "rb") as file:
            stream = zlib.decompressobj()
            self.data = stream.decompress(file.read()) + stream.flush()
        if not stream.eof:
            raise EOFError("the stream has no end")
        if stream.unused_data:
            raise ValueError("data follows the stream")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self, size):
        data, self.data = self.data[:size], self.data[size:]
        return data
