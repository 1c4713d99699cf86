from . import canonical


def read(path, options, lines):
    with open(path, "rb") as file:
        text = file.read().decode(options["python"])
    # Not splitlines(), which takes many other characters for line ends.
    for line in text.split("\n"):
        lines.add(canonical.text(line))
