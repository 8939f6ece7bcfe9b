"""A check of JSON values against a schema, for the keywords that the schemas of scoregen use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TYPES = {"object": dict, "array": list, "string": str, "number": (int, float), "integer": int}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], place: str = "") -> Iterator[str]:
    """Where a value does not follow its schema."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if "const" in schema and value != schema["const"]:
        yield f"{place}: expected {schema['const']}"
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or isinstance(value, bool)):
        yield f"{place}: expected {kind}"
        return
    if ("minimum" in schema and value < schema["minimum"]) or ("maximum" in schema and value > schema["maximum"]):
        yield f"{place}: {value} is out of range"
    if kind == "array":
        if len(value) < schema.get("minItems", 0):
            yield f"{place}: too short"
        for number, each in enumerate(value):
            yield from faults(each, schema["items"], root, f"{place}/{number}")
    if kind == "object":
        yield from (f"{place}: no {name}" for name in schema.get("required", ()) if name not in value)
        for name, each in value.items():
            if name in schema["properties"]:
                yield from faults(each, schema["properties"][name], root, f"{place}/{name}")
            elif not schema.get("additionalProperties", True):
                yield f"{place}: {name} is unknown"
