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
    with open(path, "rb") as file:
        parser.ParseFile(file)
    lines.add(canonical.value({"root": tree.root["name"], "value": record(tree.root)}))


class Tree:
    def __init__(self):
        self.open = []
        self.root = None

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
