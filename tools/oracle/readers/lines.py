import hashlib


class Lines:
    """Counts canonical lines and makes one digest of them all; writes them into a file if one is given."""

    def __init__(self, path=None):
        self.count = 0
        self.sha256 = hashlib.sha256()
        self.file = open(path, "wb") if path else None

    def add(self, line):
        data = line.encode("utf-8", "surrogatepass") + b"\n"
        self.count += 1
        self.sha256.update(data)
        if self.file:
            self.file.write(data)

    def digest(self):
        return self.sha256.hexdigest()

    def close(self):
        if self.file:
            self.file.close()
