"""The tools, resources and prompts that the public conformance suite calls by name, as its scenarios describe them."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import (
    AudioContent,
    EmbeddedResource,
    ImageContent,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel, Field

IMAGE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SOUND = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
MISSING_CAPABILITY = -32021
SCHEMA_2020_12: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
Ctx = Context[Any, Any]


class Contact(BaseModel):
    username: str = Field(description="User's response")
    email: str = Field(description="User's email address")


class Defaults(BaseModel):
    name: str = Field(default="John Doe")
    age: int = Field(default=30)
    score: float = Field(default=95.5)
    status: str = Field(default="active", json_schema_extra={"enum": ["active", "inactive", "pending"]})
    verified: bool = Field(default=True)


TITLED: list[Any] = [{"const": "value1", "title": "First Choice"}, {"const": "value2", "title": "Second Choice"}]
PLAIN: list[Any] = ["option1", "option2", "option3"]


class Enums(BaseModel):
    untitledSingle: str = Field(json_schema_extra={"enum": PLAIN})  # noqa: N815 - the suite's name
    titledSingle: str = Field(json_schema_extra={"oneOf": TITLED})  # noqa: N815 - the suite's name
    legacyEnum: str = Field(  # noqa: N815 - the suite's name
        json_schema_extra={"enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"]}
    )
    untitledMulti: list[str] = Field(  # noqa: N815 - the suite's name
        json_schema_extra={"items": {"type": "string", "enum": PLAIN}}
    )
    titledMulti: list[str] = Field(json_schema_extra={"items": {"anyOf": TITLED}})  # noqa: N815 - the suite's name


def text(words: str) -> TextContent:
    return TextContent(type="text", text=words)


def image() -> ImageContent:
    return ImageContent(type="image", data=IMAGE, mime_type="image/png")


def embedded(uri: str, mime: str, content: str) -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime, text=content))


def test_simple_text() -> str:
    return "This is a simple text response for testing."


def test_image_content() -> list[ImageContent]:
    return [image()]


def test_audio_content() -> list[AudioContent]:
    return [AudioContent(type="audio", data=SOUND, mime_type="audio/wav")]


def test_embedded_resource() -> list[EmbeddedResource]:
    return [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]


def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
    mixed = embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return [text("Multiple content types test:"), image(), mixed]


async def test_tool_with_logging(ctx: Ctx) -> str:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(words)
        await anyio.sleep(0.05)
    return "logged"


async def test_logging_tool(ctx: Ctx) -> str:
    await ctx.info("Tool execution started")
    return "logged"


async def test_tool_with_progress(ctx: Ctx) -> str:
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100)
        await anyio.sleep(0.05)
    return "done"


def test_error_handling() -> str:
    raise RuntimeError("This tool intentionally returns an error for testing")


async def test_sampling(prompt: str, ctx: Ctx) -> str:
    asked = [SamplingMessage(role="user", content=text(prompt))]
    result = await ctx.session.create_message(messages=asked, max_tokens=100)
    return f"LLM response: {getattr(result.content, 'text', '')}"


async def elicited(ctx: Ctx, message: str, schema: type[BaseModel]) -> str:
    result = await ctx.elicit(message, schema)
    content = result.data.model_dump() if result.action == "accept" else {}
    return f"action={result.action}, content={json.dumps(content)}"


async def test_elicitation(message: str, ctx: Ctx) -> str:
    return f"User response: {await elicited(ctx, message, Contact)}"


async def test_elicitation_sep1034_defaults(ctx: Ctx) -> str:
    return f"Elicitation completed: {await elicited(ctx, 'Please provide user information', Defaults)}"


async def test_elicitation_sep1330_enums(ctx: Ctx) -> str:
    return f"Elicitation completed: {await elicited(ctx, 'Please select', Enums)}"


def test_missing_capability(ctx: Ctx) -> str:
    declared = ctx.client_capabilities
    if declared is None or declared.sampling is None:
        needed: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_CAPABILITY, "Missing required client capability", needed)
    return "declared"


def test_custom_header(
    region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})],
) -> str:
    return region


async def test_trigger_tool_change(ctx: Ctx) -> str:
    await ctx.notify_tools_changed()
    return "changed"


async def test_trigger_prompt_change(ctx: Ctx) -> str:
    await ctx.notify_prompts_changed()
    return "changed"


def greet(name: str) -> str:
    return f"Hello, {name}!"


def slow_compute(seconds: float, label: str) -> str:
    """Where there are no tasks it is an ordinary tool, and quick."""
    return f"{label} took {seconds:g} s"


def json_schema_2020_12_tool() -> str:
    return "ok"


TOOLS = (
    test_simple_text,
    test_image_content,
    test_audio_content,
    test_embedded_resource,
    test_multiple_content_types,
    test_tool_with_logging,
    test_logging_tool,
    test_tool_with_progress,
    test_error_handling,
    test_sampling,
    test_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
    test_missing_capability,
    test_custom_header,
    test_trigger_tool_change,
    test_trigger_prompt_change,
    greet,
    slow_compute,
    json_schema_2020_12_tool,
)


def static_binary() -> bytes:
    return base64.b64decode(IMAGE)


def template(id: str) -> str:  # noqa: A002 - the name in the template
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"}, separators=(",", ":"))


def prompt_with_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - the suite's name
    content = embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
    return [UserMessage(content=content), UserMessage(content=text("Please process the embedded resource above."))]


def prompt_with_image() -> list[UserMessage]:
    return [UserMessage(content=image()), UserMessage(content=text("Please analyze the image above."))]


def put_on(server: MCPServer[Any]) -> None:
    """Register them all beside what the server has."""
    for tool in TOOLS:
        server.add_tool(tool, description=f"Conformance: {tool.__name__}", structured_output=False)
    found = server._tool_manager.get_tool("json_schema_2020_12_tool")
    assert found is not None
    found.parameters = SCHEMA_2020_12
    server.resource("test://static-binary", name="binary", description="An image", mime_type="image/png")(static_binary)
    server.resource("test://template/{id}/data", name="template", description="By id", mime_type="application/json")(
        template
    )
    server.prompt("test_prompt_with_embedded_resource", description="With a resource")(prompt_with_resource)
    server.prompt("test_prompt_with_image", description="With an image")(prompt_with_image)
