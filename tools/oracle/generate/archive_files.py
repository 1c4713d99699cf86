"""Writes zip, tar, gzip, bzip2 and zlib files with Python and the programs zip and tar: `python archive_files.py DIRECTORY COUNT SEED`.

What is written is a function of SEED and COUNT, as far as the programs are the same.
"""

import bz2
import gzip
import io
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

NAMES = ["a.csv", "b.ndjson", "folder/c.txt", "folder/deep/er/d.xml", "naïve.csv", "日本語.txt", "with space.csv", "x" * 120 + ".csv",
         "long/" * 30 + "end.csv", ".hidden", "no-extension", "folder/.DS_Store", "__MACOSX/._a.csv", "a&b's (1).csv", "UPPER.CSV"]


class Draw(random.Random):
    def content(self):
        return self.choice([
            lambda: b"", lambda: b"x", lambda: b"sku,price\n" * self.randrange(2000), lambda: self.randbytes(self.randrange(5000)),
            lambda: bytes(self.randrange(100000)), lambda: self.randbytes(70000) + b"tail" * 9000, lambda: b"x PK\x03\x04 not a header", lambda: b"PK\x07\x08" * 50,
        ])()

    def members(self):
        return {name: self.content() for name in self.sample(NAMES, self.randint(1, 6))}


class Unseekable(io.RawIOBase):
    """A pipe: zipfile then writes descriptors after the data."""

    def __init__(self, inner):
        self.inner = inner

    def writable(self):
        return True

    def write(self, data):
        return self.inner.write(data)

    def flush(self):
        pass


def zip_by_zipfile(path, draw):
    methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    streamed = draw.random() < 0.3
    with open(path, "wb") as file:
        if draw.random() < 0.15:
            file.write(b"#!/bin/sh\nexit 0\n")
        with zipfile.ZipFile(Unseekable(file) if streamed else file, "w") as archive:
            for name, data in draw.members().items():
                info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
                info.compress_type = draw.choice(methods if draw.random() < 0.3 else methods[:3])
                if draw.random() < 0.2:
                    archive.writestr(zipfile.ZipInfo("folder/", (2026, 1, 1, 0, 0, 0)), b"") if "folder/" not in archive.namelist() else None
                with archive.open(info, "w", force_zip64=draw.random() < 0.2) as member:
                    member.write(data)
            if draw.random() < 0.2:
                archive.comment = b"a comment of the archive"


def on_disk(draw, run):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in draw.members().items():
            target = pathlib.Path(folder, name)
            if len(name.encode()) > 240:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        pathlib.Path(folder, "always.csv").write_bytes(draw.content())
        run(folder)


def zip_by_info_zip(path, draw):
    options = draw.choice([["-r"], ["-r", "-0"], ["-r", "-9"], ["-r", "-D"], ["-r", "-fz"], ["-r", "-X"]])
    if draw.random() < 0.3:
        def to_pipe(folder):
            path.write_bytes(subprocess.run(["zip", "-q", *options, "-", "."], cwd=folder, check=True, capture_output=True).stdout)

        on_disk(draw, to_pipe)
    else:
        on_disk(draw, lambda folder: subprocess.run(["zip", "-q", *options, path.absolute(), "."], cwd=folder, check=True, capture_output=True))


def compressed(path, draw):
    """The path with the suffix of a compression, and how tarfile writes it."""
    suffix, mode = draw.choice([("", "w"), ("", "w"), (".gz", "w:gz"), (".bz2", "w:bz2")])
    return path.with_name(path.name + suffix), mode


def tar_by_tarfile(path, draw):
    path, mode = compressed(path, draw)
    kind = draw.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    with tarfile.open(path, mode, format=kind) as archive:
        for name, data in draw.members().items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1767225600 + draw.choice([0, 0.5])
            info.uname = draw.choice(["root", "jürgen"])
            if kind == tarfile.USTAR_FORMAT:
                info.mtime = int(info.mtime)
                if len(name) > 100 and "/" not in name:
                    info.name = name[-90:]
            archive.addfile(info, io.BytesIO(data))
        if draw.random() < 0.3:
            link = tarfile.TarInfo("link")
            link.type, link.linkname = draw.choice([(tarfile.SYMTYPE, "a.csv"), (tarfile.DIRTYPE, ""), (tarfile.FIFOTYPE, "")])
            archive.addfile(link)


def tar_by_gnu_tar(path, draw):
    path, _ = compressed(path, draw)
    flag = {".gz": ["-z"], ".bz2": ["-j"]}.get(path.suffix, [])
    form = draw.choice(["gnu", "ustar", "pax", "v7", "oldgnu"])

    def run(folder):
        # Forms without long names are given short ones.
        for one in sorted(pathlib.Path(folder).rglob("*"), reverse=True):
            if form in ("ustar", "v7") and len(str(one.relative_to(folder)).encode()) > 90:
                one.rmdir() if one.is_dir() else one.unlink()
        subprocess.run(["tar", *flag, f"--format={form}", "--sort=name", "--mtime=2026-01-01", "-cf", path.absolute(), draw.choice([".", "always.csv"])], cwd=folder, check=True, capture_output=True)

    on_disk(draw, run)


def gzip_file(path, draw):
    path = path.with_name(path.name + ".gz")
    with open(path, "wb") as file:
        for _ in range(draw.choice([1, 1, 2, 5])):
            with gzip.GzipFile(draw.choice(["", "name.csv"]), "wb", draw.randint(0, 9), file, mtime=0) as member:
                member.write(draw.content())
        file.write(bytes(draw.choice([0, 0, 512])))


def bzip2_file(path, draw):
    streams = [bz2.compress(draw.content(), draw.randint(1, 9)) for _ in range(draw.choice([1, 1, 3]))]
    path.with_name(path.name + ".bz2").write_bytes(b"".join(streams))


def zlib_file(path, draw):
    path.with_name(path.name + ".zlib").write_bytes(zlib.compress(draw.content(), draw.randint(0, 9)))


def damaged(path, draw):
    """An archive of which a byte is changed, or the end is missing."""
    writer = draw.choice([zip_by_zipfile, tar_by_tarfile, gzip_file, bzip2_file, zlib_file])
    with tempfile.TemporaryDirectory() as folder:
        inner = pathlib.Path(folder, path.name + {zip_by_zipfile: ".zip", tar_by_tarfile: ".tar"}.get(writer, ""))
        writer(inner, draw)
        (made,) = pathlib.Path(folder).iterdir()
        data = bytearray(made.read_bytes())
        if draw.random() < 0.3:
            del data[draw.randrange(len(data)):]
        else:
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.with_name(made.name).write_bytes(data)


WRITERS = [zip_by_zipfile, zip_by_zipfile, zip_by_info_zip, tar_by_tarfile, tar_by_tarfile, tar_by_gnu_tar, gzip_file, bzip2_file, zlib_file, damaged]
NEEDS = {zip_by_info_zip: "zip", tar_by_gnu_tar: "tar"}


def main(directory, count, seed):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for at in range(count):
        draw = Draw(f"{seed}-archive-{at}")
        writer = WRITERS[at % len(WRITERS)]
        if writer in NEEDS and shutil.which(NEEDS[writer]) is None:
            print(f"{NEEDS[writer]} is not installed: written with Python instead", file=sys.stderr)
            writer = zip_by_zipfile if writer is zip_by_info_zip else tar_by_tarfile
        suffix = {"zip": ".zip", "tar": ".tar"}.get(writer.__name__[:3], "")
        writer(directory / f"{at:04d}-{writer.__name__.replace('_', '-')}{suffix}", draw)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
