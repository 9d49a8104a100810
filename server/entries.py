"""Catalogue entries as MCP lists them."""

from __future__ import annotations

from typing import Any

from mcp_types import Prompt as PromptEntry
from mcp_types import PromptArgument, ResourceTemplate, ToolAnnotations
from mcp_types import Resource as ResourceEntry
from mcp_types import Tool as ToolEntry
from pydantic import BaseModel

from resources.prompts import Prompt
from resources.resource import AnyResource
from server.catalogue import Catalogue, is_plain
from server.schema import input_schema, output_schema
from tools.tool import AnyTool


def tool_entry(tool: AnyTool) -> ToolEntry:
    """A tool as `tools/list` shows it."""
    return ToolEntry(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool.args),
        output_schema=output_schema(tool.result),
        annotations=ToolAnnotations.model_validate(tool.hints),
        _meta=dict(tool.meta) if tool.meta else None,
    )


def resource_entry(resource: AnyResource) -> ResourceEntry:
    """A plain resource as `resources/list` shows it."""
    return ResourceEntry(
        uri=resource.uri,
        name=resource.name,
        title=resource.title,
        description=resource.description,
        mime_type=resource.mime,
        _meta=dict(resource.meta) if resource.meta else None,
    )


def template_entry(resource: AnyResource) -> ResourceTemplate:
    """A family of resources as `resources/templates/list` shows it."""
    return ResourceTemplate(
        uri_template=resource.uri,
        name=resource.name,
        title=resource.title,
        description=resource.description,
        mime_type=resource.mime,
        _meta=dict(resource.meta) if resource.meta else None,
    )


def prompt_entry(prompt: Prompt) -> PromptEntry:
    """A prompt as `prompts/list` shows it."""
    return PromptEntry(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            PromptArgument(name=name, description=field.description, required=field.is_required())
            for name, field in prompt.place.model_fields.items()
        ],
    )


def listing(catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    """Everything a catalogue holds, as the wire shows it to somebody who may use all of it."""
    entries: dict[str, list[BaseModel]] = {
        "tools": [tool_entry(t) for t in catalogue.tools],
        "resources": [resource_entry(r) for r in catalogue.resources if is_plain(r)],
        "templates": [template_entry(r) for r in catalogue.resources if not is_plain(r)],
        "prompts": [prompt_entry(p) for p in catalogue.prompts],
    }
    return {
        kind: [entry.model_dump(mode="json", by_alias=True, exclude_none=True) for entry in listed]
        for kind, listed in entries.items()
    }
