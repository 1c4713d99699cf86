"""Arrow arrays as canonical values, guided by what the Parquet schema says of each leaf."""

import pyarrow as pa

from . import canonical
from .calendar import date_text, moment_text, time_text

PLACES = {"s": 0, "ms": 3, "us": 6, "ns": 9}


class Leaf:
    """What a leaf of a file is: `kind` is text, uuid, timestamp, time or plain; `places` digits of a second; `is_utc`."""

    def __init__(self, kind="plain", places=None, is_utc=None):
        self.kind, self.places, self.is_utc = kind, places, is_utc


def column_values(column, name_leaves):
    """The canonical values of a chunked array; `name_leaves` yields the leaves of its type in order."""
    shape = shape_of(column.type, name_leaves)
    return [value for chunk in column.chunks for value in array_values(chunk, shape)]


def shape_of(kind, leaves):
    """The leaves of a type, in the tree that the type is."""
    if isinstance(kind, pa.BaseExtensionType):
        return shape_of(kind.storage_type, leaves)
    if pa.types.is_dictionary(kind):
        return shape_of(kind.value_type, leaves)
    if pa.types.is_struct(kind):
        return [shape_of(kind.field(at).type, leaves) for at in range(kind.num_fields)]
    if pa.types.is_map(kind):
        return [shape_of(kind.key_type, leaves), shape_of(kind.item_type, leaves)]
    if is_list(kind) or pa.types.is_fixed_size_list(kind):
        return [shape_of(kind.value_type, leaves)]
    return next(leaves)


def is_list(kind):
    return pa.types.is_list(kind) or pa.types.is_large_list(kind)


def array_values(array, shape):
    if isinstance(array, pa.ExtensionArray):
        return array_values(array.storage, shape)
    kind = array.type
    if pa.types.is_dictionary(kind):
        return array_values(array.dictionary_decode(), shape)
    if pa.types.is_struct(kind):
        return struct_values(array, shape)
    if pa.types.is_map(kind):
        return map_values(array, shape)
    if is_list(kind) or pa.types.is_fixed_size_list(kind):
        return list_values(array, shape)
    return leaf_values(array, shape)


def struct_values(array, shape):
    names = [field.name for field in array.type]
    children = [array_values(child, one) for child, one in zip(array.flatten(), shape)]
    valid = array.is_valid().to_pylist()
    rows = zip(*children) if children else ((),) * len(array)
    return [canonical.struct(dict(zip(names, row))) if here else canonical.null() for here, row in zip(valid, rows)]


def list_values(array, shape):
    if pa.types.is_fixed_size_list(array.type):
        size = array.type.list_size
        starts = [(array.offset + at) * size for at in range(len(array))]
        spans = [(start, start + size) for start in starts]
    else:
        offsets = array.offsets.to_pylist()
        spans = list(zip(offsets, offsets[1:]))
    items = array_values(array.values, shape[0])
    valid = array.is_valid().to_pylist()
    return [canonical.array(items[a:b]) if here else canonical.null() for here, (a, b) in zip(valid, spans)]


def map_values(array, shape):
    """Objects if keys are text, otherwise arrays of `{ key, value }`, as `parseParquet` makes them."""
    offsets = array.offsets.to_pylist()
    keys = array_values(array.keys, shape[0])
    items = array_values(array.items, shape[1])
    valid = array.is_valid().to_pylist()
    is_text = isinstance(shape[0], Leaf) and (shape[0].kind == "text" or is_string(array.type.key_type))
    rows = []
    for here, start, end in zip(valid, offsets, offsets[1:]):
        pairs = list(zip(keys[start:end], items[start:end]))
        if not here:
            rows.append(canonical.null())
        elif is_text:
            rows.append(canonical.struct({key_name(key): item for key, item in pairs}))
        else:
            rows.append(canonical.array([canonical.struct({"key": key, "value": item}) for key, item in pairs]))
    return rows


def key_name(key):
    import json

    return json.loads(key)[2:]


def is_string(kind):
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def leaf_values(array, leaf):
    kind, types = array.type, pa.types
    if types.is_null(kind):
        return [canonical.null()] * len(array)
    if types.is_timestamp(kind) or types.is_time(kind):
        return times(array, leaf)
    if types.is_date32(kind):
        return each(array.cast(pa.int32()), lambda days: canonical.text(date_text(days)))
    if types.is_date64(kind):
        return each(array.cast(pa.int64()), lambda ms: canonical.text(date_text(ms // 86400000)))
    if types.is_duration(kind):
        return each(array.cast(pa.int64()), canonical.integer)
    if types.is_boolean(kind):
        return each(array, canonical.boolean)
    if types.is_integer(kind):
        return each(array, canonical.integer)
    if types.is_floating(kind):
        return each(array, lambda value: canonical.double(float(value)))
    if types.is_decimal(kind):
        return each(array, canonical.decimal)
    if is_string(kind):
        return each(array, canonical.text)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind) or types.is_binary_view(kind):
        return each(array, bytes_form(leaf))
    raise TypeError(f"no canonical form of Arrow's {kind}")


def bytes_form(leaf):
    if leaf.kind == "text":
        return lambda value: canonical.text(value.decode("utf-8"))
    if leaf.kind == "uuid":
        return lambda value: canonical.text("-".join(part.hex() for part in (value[:4], value[4:6], value[6:8], value[8:10], value[10:])))
    return canonical.data


def times(array, leaf):
    kind = array.type
    places = PLACES[kind.unit]
    is_day_time = pa.types.is_time(kind)
    counts = array.cast(pa.int32()).cast(pa.int64()) if pa.types.is_time32(kind) else array.cast(pa.int64())
    shown = places if leaf.places is None else leaf.places
    is_utc = leaf.is_utc if leaf.is_utc is not None else (not is_day_time and kind.tz is not None)

    def form(count):
        # Arrow may keep seconds where the file has milliseconds, or more digits than the file has.
        count = count * 10 ** (shown - places) if shown >= places else count // 10 ** (places - shown)
        return canonical.text(time_text(count, shown) if is_day_time else moment_text(count, shown, is_utc))

    return each(counts, form)


def each(array, form):
    return [canonical.null() if value is None else form(value) for value in array.to_pylist()]
