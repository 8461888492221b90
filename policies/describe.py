"""JSON Schemas: of a policy file, for editors, and of the requests that one policy takes."""

from __future__ import annotations

from typing import Any

from policies.atoms import MAX_NUMBER
from policies.calendar import written
from policies.compiled import LoadedPolicy
from policies.inputs import signals_of
from policies.meanings import MEANINGS
from policies.plan import FieldType
from policies.schema import Input, Policy

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_JSON_TYPES: dict[FieldType, str] = {
    "string": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "list": "array",
    "object": "object",
}
_LENGTHS: dict[FieldType, str] = {"string": "maxLength", "list": "maxItems"}
_FORMS = {
    "date": {
        "description": "A date such as 2026-03-31 or 2026-03-31T17:00:00Z.",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?$",
    },
    "url": {"description": "An address such as https://example.com/page.", "format": "uri"},
}


def policy_schema() -> Schema:
    """The JSON Schema of a policy file. What it allows may still be refused when it is loaded."""
    schema = _tidied(Policy.model_json_schema(by_alias=True))
    parts = schema["$defs"]
    for name, part in [("Policy", schema), *parts.items()]:
        for key, meaning in MEANINGS.get(name, {}).items():
            part["properties"][key]["description"] = meaning
    short = {"type": "string", "minLength": 1, "description": "The condition alone."}
    parts["Question"] = {"anyOf": [short, parts["Question"]]}
    parts["Input"]["properties"]["enum"]["items"] = {"type": ["string", "number"]}
    parts["Signal"]["properties"]["enum"]["items"] = {"type": ["string", "number"]}
    return {"$schema": DIALECT, **schema, "title": "A Countersign policy"}


def request_schema(loaded: LoadedPolicy) -> Schema:
    """The JSON Schema of a request's payload and signals under this policy."""
    policy = loaded.policy
    signals = {name: _field(declared) for name, declared in signals_of(policy).items()}
    needed = [name for name, one in policy.signals.items() if one.required]
    return {
        "$schema": DIALECT,
        "title": f"A request under the policy {policy.policy}",
        **({"description": policy.description} if policy.description else {}),
        "type": "object",
        "required": ["title", "policy", "payload", *(["signals"] if needed else [])],
        "properties": {
            "title": {"type": "string", "description": "What is asked for, in a line."},
            "policy": {"const": policy.policy},
            "payload": _payload(policy),
            "signals": _object(signals, needed),
        },
    }


def _payload(policy: Policy) -> Schema:
    if policy.inputs is None:
        return {"type": "object"}
    needed = [name for name, declared in policy.inputs.items() if declared.required]
    return _object({name: _field(one) for name, one in policy.inputs.items()}, needed)


def _object(properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _field(declared: Input) -> Schema:
    field: Schema = {"type": _JSON_TYPES[declared.type], **_FORMS.get(declared.format, {})}
    if declared.label:
        field["title"] = declared.label
    if declared.currency:
        field["description"] = f"In {declared.currency}."
    if declared.enum is not None:
        field["enum"] = list(declared.enum)
    if declared.type in ("number", "integer"):
        field["minimum"] = -MAX_NUMBER if declared.minimum is None else declared.minimum
        field["maximum"] = MAX_NUMBER if declared.maximum is None else declared.maximum
    if declared.max_length is not None:
        field[_LENGTHS[declared.type]] = declared.max_length
    if declared.secret:
        field["writeOnly"] = True
    return field


def _tidied(schema: Any) -> Any:
    """What pydantic says of its own forms, for files: there a key is left out, and never null."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(options := schema.get("anyOf"), list):
        schema = _without_null(schema, options)
    tidied = {key: _tidied(part) for key, part in schema.items() if key != "default"}
    if schema.get("default") not in (None, [], {}):
        tidied["default"] = _default(schema)
    if "patternProperties" in tidied:
        tidied["additionalProperties"] = False
    if isinstance(tidied.get("description"), str):
        tidied["description"] = " ".join(tidied["description"].split())
    return tidied


def _without_null(schema: Schema, options: list[Schema]) -> Schema:
    left = [option for option in options if option != {"type": "null"}]
    if len(left) > 1:
        return {**schema, "anyOf": left}
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest, **left[0]}


def _default(schema: Schema) -> Any:
    """Durations are held in seconds, and written as `7d`."""
    value = schema["default"]
    if schema.get("type") == "string" and isinstance(value, int):
        return written(value)
    return value
