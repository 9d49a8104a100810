"""Arguments in, our own words out: a refusal names the field, the reason and the valid names, never the input."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from scheduling.model.errors import InvalidError
from server.valid_forms import element_of, valid_forms

ModelT = TypeVar("ModelT", bound=BaseModel)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_QUOTED = re.compile(r"'([^']*)'")
_SHOWN = 3
_COUNTED = {"too_short", "too_long"}


def read(model: type[ModelT], raw: Mapping[str, Any]) -> ModelT:
    """The arguments as the model; InvalidError for the first field at fault, mentioning up to two more."""
    _refuse_unstorable(raw)
    try:
        return model.model_validate(dict(raw))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=False)
    faults: dict[str, tuple[str, list[str]]] = {}
    places = [detail["loc"] for detail in details]
    for detail in details:
        if detail["type"] in _COUNTED and any(_inside(place, detail["loc"]) for place in places):
            continue  # counted without the items at fault, which are told themselves
        field, reason, valid = _fault(model, detail)
        if field in faults and reason not in faults[field][0]:
            known, names = faults[field]
            faults[field] = (f"{known}, or {reason}", list(dict.fromkeys([*names, *valid])))
        else:
            faults.setdefault(field, (reason, valid))
    (field, (reason, valid)), *more = faults.items()
    also = "; ".join(f"{name}: {why}" for name, (why, _) in more[: _SHOWN - 1])
    raise InvalidError(field, reason, valid=valid, hint=f"also {also}" if also else "")


def _inside(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _fault(model: type[BaseModel], detail: ErrorDetails) -> tuple[str, str, list[str]]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        *path, unknown = detail["loc"]
        owner, where, _ = _walk(model, tuple(path))
        name = unknown if isinstance(unknown, str) and _NAME.fullmatch(unknown) else "?"
        return ".".join([*where, name]), "no such argument", sorted(_fields(owner))
    _, where, forms = _walk(model, detail["loc"])
    field = ".".join(where) or "arguments"
    if kind == "missing":
        return field, "required", forms
    if kind == "string_pattern_mismatch":
        return field, "not written in a valid form", forms
    if kind in {"enum", "literal_error"}:
        return field, "not one of the valid values", _QUOTED.findall(str(context.get("expected", "")))
    if kind == "union_tag_invalid":
        return field, "of no known kind", _QUOTED.findall(str(context.get("expected_tags", "")))
    return field, _reason(detail["msg"]), forms


def _reason(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("Assertion failed, ")
    text = text[:1].lower() + text[1:]
    return f"list {text.removeprefix('tuple ')}" if text.startswith("tuple ") else text.replace("valid tuple", "list")


def _walk(model: type[BaseModel], path: tuple[int | str, ...]) -> tuple[type[BaseModel], list[str], list[str]]:
    """The innermost model on a path, the path without what pydantic adds (the arms of a union), and the valid forms there."""
    owner, where = model, list[str]()
    here: tuple[Any, tuple[object, ...]] | None = None
    for step in path:
        if isinstance(step, int):
            where.append(str(step))
            here = here and element_of(here[0])
        elif step in (fields := _fields(owner)):
            where.append(step)
            here = fields[step].annotation, tuple(fields[step].metadata)
            owner = next(_models(fields[step].annotation), owner)
    return owner, where, valid_forms(*here) if here else []


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the names callers write: `from` is no name in Python."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - a field's annotation is any type form
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _refuse_unstorable(value: object, path: str = "") -> None:
    """InvalidError for text no database column and no log line can hold: NUL and lone surrogates."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise InvalidError(path or "arguments", "contains a character that is not allowed")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_unstorable(key)
            shown = key if isinstance(key, str) and _NAME.fullmatch(key) else "?"
            _refuse_unstorable(item, f"{path}.{shown}" if path else shown)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_unstorable(item, f"{path}.{number}")
