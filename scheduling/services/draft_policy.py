"""Read a draft policy, whole or in part: what it does not say stays as it is.

A draft is somebody's text. No message repeats any of it: a key is named only where the policy has one of that name.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from scheduling.model.errors import InvalidError
from scheduling.model.policy import Policy
from scheduling.rules.catalog import BY_ID
from scheduling.rules.rule import CheckOnly

FIELD = "draft_policy"
LARGEST = 100_000
"""Characters of a draft; the shipped policy has sixteen thousand."""

_MANY = 30
_UNKNOWN = "?"


def read_draft(text: str, base: Policy, *, field: str = FIELD) -> Policy:
    """The policy that `base` becomes with the draft laid over it: tables are merged, lists and values replaced.

    TOML, or JSON when it begins with a brace. InvalidError names the key at fault, the reason and the valid keys.
    """
    if len(text) > LARGEST:
        raise InvalidError(field, f"at most {LARGEST} characters")
    plain = base.model_dump(mode="json")
    try:
        policy = Policy.model_validate(_merged(plain, _parsed(text, field)))
    except ValidationError as error:
        raise _refused(error, plain, field) from None
    except RecursionError:
        raise InvalidError(field, "nested too deeply") from None
    require_known_rules(policy)
    return policy


def require_known_rules(policy: Policy) -> None:
    """InvalidError for names of rules, packs and terms that do not exist: a misspelt one would say nothing, unnoticed."""
    packs = sorted({rule_id.partition(".")[0] for rule_id in BY_ID})
    for rule_id in policy.rules.off:
        if rule_id not in BY_ID:
            raise InvalidError("rules.off", "names a rule that does not exist", valid=BY_ID)
    for pack in policy.rules.packs:
        if pack not in packs:
            raise InvalidError("rules.packs", "names a pack that does not exist", valid=packs)
    steered = sorted(r.id for r in BY_ID.values() if not isinstance(r.enforcement, CheckOnly))
    for profile in policy.solve.profiles.values():
        for part, names in (("prices", profile.prices), ("insist", profile.insist)):
            if not {*steered, *policy.solve.prices}.issuperset(names):
                raise InvalidError(
                    f"solve.profiles.{part}",
                    "names what no solve weighs",
                    valid=[*policy.solve.prices, *steered],
                )


def _parsed(text: str, field: str) -> Mapping[str, Any]:
    braced = text.lstrip().startswith("{")
    try:
        found = json.loads(text) if braced else tomllib.loads(text)
    except (ValueError, RecursionError):
        raise InvalidError(field, "not TOML or JSON", valid=["TOML", "JSON in braces"]) from None
    if not isinstance(found, dict) or not found:
        raise InvalidError(field, "says nothing", hint="give at least one figure, such as rooms.soft")
    return found


def _merged(base: object, draft: object) -> object:
    if not isinstance(base, Mapping) or not isinstance(draft, Mapping):
        return draft
    return {**base, **{key: _merged(base.get(key), value) for key, value in draft.items()}}


def _refused(error: ValidationError, plain: Mapping[str, Any], field: str) -> InvalidError:
    """The first fault: its place as far as the policy knows the names on the way, the reason, and valid names there."""
    first = error.errors(include_input=False, include_url=False)[0]
    names: list[str] = []
    here: object = plain
    for place in first["loc"]:
        inside = here if isinstance(here, Mapping) else {}
        if not isinstance(place, int) and place not in inside:
            names.append(_UNKNOWN)
            break
        names.append(str(place))
        here = inside.get(str(place), here)
    reason = first["msg"]
    if first["type"] == "value_error":
        # Our own validators name what they were given after a colon.
        reason = reason.removeprefix("Value error, ").partition(":")[0]
    valid = list(here)[:_MANY] if first["type"] == "extra_forbidden" and isinstance(here, Mapping) else []
    return InvalidError(".".join([field, *names]), reason, valid=valid)
