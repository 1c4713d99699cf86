import hashlib
import zipfile

from . import canonical

# As `maxOutputBytes` of `ours/archives.ts`: archives of test data may hold 8 GB of zeros.
MAX_BYTES = 512 * 1024 * 1024


def read(path, options, lines):
    """The files of an archive by name, with length and digest."""
    files = []
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            with archive.open(info) as file:
                files.append((name_of(info), *measured(file)))
    add_files(files, lines)


def measured(file):
    digest, length = hashlib.sha256(), 0
    while chunk := file.read(1 << 20):
        length += len(chunk)
        digest.update(chunk)
        if length > MAX_BYTES:
            raise OverflowError("more than MAX_BYTES")
    return length, digest.hexdigest()


def add_files(files, lines):
    texts = [
        canonical.struct({"name": canonical.text(name), "length": canonical.integer(length), "sha256": canonical.text(digest)})
        for name, length, digest in files
    ]
    for text in sorted(texts, key=canonical.sort_key):
        lines.add(text)


def name_of(info):
    """The name from its bytes: UTF-8 if they are, otherwise code page 437, whatever the flag says."""
    raw = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")
