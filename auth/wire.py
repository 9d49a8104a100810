"""What tools and resources send: the one habit both share about absent values.

It lives on this floor because `tools` and `resources` stand side by side and do not import each other.
"""

from __future__ import annotations

from typing import Any, cast

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Shape(BaseModel):
    """Anything inside an answer.

    A field with the default None is left out while it is None; a field without a default is always present, so a
    None that means something (an open slot, nobody) belongs in a field without a default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_serializer(mode="wrap")
    def _leave_out_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        full = cast("dict[str, Any]", handler(self))
        fields = type(self).model_fields
        return {
            name: value
            for name, value in full.items()
            if value is not None or name not in fields or fields[name].is_required()
        }
