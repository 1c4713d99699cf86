from xml.parsers import expat

from . import canonical

SPACE = " \t\r\n"


def read(path, options, lines):
    """The document as `parseXml` makes it of its root element, with `arrays: 'all'`."""
    tree = Tree()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    # Defaults from a DTD are left out, as DTDs are passed over.
    parser.specified_attributes = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = lambda *_: tree.place.append("in the DOCTYPE")
    parser.EndDoctypeDeclHandler = lambda: tree.place.remove("in the DOCTYPE")
    parser.XmlDeclHandler = lambda version, *_: tree.place.append(f"in XML {version}") if version != "1.0" else None
    try:
        with open(path, "rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise ValueError(f"{', '.join(tree.place) or 'in the document'}: {error}") from error
    lines.add(canonical.value({"root": tree.root["name"], "value": record(tree.root)}))


class Tree:
    def __init__(self):
        self.open = []
        self.root = None
        # Where an error is: expat judges DOCTYPEs, which parseXml passes over, and knows XML 1.0 only.
        self.place = []

    def start(self, name, attributes):
        element = {"name": name, "attributes": attributes, "children": [], "text": []}
        if self.open:
            self.open[-1]["children"].append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, name):
        self.open.pop()

    def text(self, some):
        self.open[-1]["text"].append(some)


def record(root):
    value = content(root)
    return value if isinstance(value, dict) else {"#text": value}


def content(element):
    """An element's value: see "What becomes of an element" in the README of `@millrace/xml`."""
    text, children = "".join(element["text"]), element["children"]
    if children and text.strip(SPACE) == "":
        text = ""
    if not children and not element["attributes"]:
        return text
    value = {f"@{name}": one for name, one in element["attributes"].items()}
    for child in children:
        value.setdefault(child["name"], []).append(content(child))
    if text != "":
        value["#text"] = text
    return value
