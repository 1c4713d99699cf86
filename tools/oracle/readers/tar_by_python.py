import tarfile

from .zip_by_python import add_files, measured


def read(path, options, lines):
    files = []
    with tarfile.open(path, errorlevel=2, encoding="utf-8", errors="surrogateescape") as archive:
        for member in archive:
            if member.isfile() and not member.islnk():
                with archive.extractfile(member) as file:
                    files.append((name_of(member), *measured(file)))
    add_files(files, lines)


def name_of(member):
    """UTF-8 if the bytes are, otherwise ISO-8859-1; without the `./` that tar puts in front."""
    raw = member.name.encode("utf-8", "surrogateescape")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("iso-8859-1")
    while name.startswith("./"):
        name = name[2:]
    return name
