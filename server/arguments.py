"""Arguments in, our own words out: a refusal names the field, the reason and the valid names, never the input."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from scheduling.model.errors import InvalidError

ModelT = TypeVar("ModelT", bound=BaseModel)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_QUOTED = re.compile(r"'([^']*)'")
_SHOWN = 3


def read(model: type[ModelT], raw: Mapping[str, Any]) -> ModelT:
    """The arguments as the model; InvalidError for the first field at fault, mentioning up to two more."""
    _refuse_unstorable(raw)
    try:
        return model.model_validate(dict(raw))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=False)
    faults: dict[str, tuple[str, list[str]]] = {}
    for detail in details:
        field, reason, valid = _fault(model, detail)
        if field in faults and reason not in faults[field][0]:
            known, names = faults[field]
            faults[field] = (f"{known}, or {reason}", [*names, *valid])
        else:
            faults.setdefault(field, (reason, valid))
    (field, (reason, valid)), *more = faults.items()
    also = "; ".join(f"{name}: {why}" for name, (why, _) in more[: _SHOWN - 1])
    raise InvalidError(field, reason, valid=valid, hint=f"also {also}" if also else "")


def _fault(model: type[BaseModel], detail: ErrorDetails) -> tuple[str, str, list[str]]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        *path, unknown = detail["loc"]
        owner, where = _walk(model, tuple(path))
        name = unknown if isinstance(unknown, str) and _NAME.fullmatch(unknown) else "?"
        return ".".join([*where, name]), "no such argument", sorted(_fields(owner))
    _, where = _walk(model, detail["loc"])
    field = ".".join(where) or "arguments"
    if kind == "missing":
        return field, "required", []
    if kind in {"enum", "literal_error"}:
        return field, "not one of the valid values", _QUOTED.findall(str(context.get("expected", "")))
    if kind == "union_tag_invalid":
        return field, "of no known kind", _QUOTED.findall(str(context.get("expected_tags", "")))
    return field, _reason(detail["msg"]), []


def _reason(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("Assertion failed, ")
    return text[:1].lower() + text[1:]


def _walk(model: type[BaseModel], path: tuple[int | str, ...]) -> tuple[type[BaseModel], list[str]]:
    """The innermost model on a path, and the path without what pydantic adds to it (the arms of a union)."""
    owner, where = model, list[str]()
    for step in path:
        if isinstance(step, int):
            where.append(str(step))
        elif step in (fields := _fields(owner)):
            where.append(step)
            owner = next(_models(fields[step].annotation), owner)
    return owner, where


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
