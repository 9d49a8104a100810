"""The conformance suite's tools that ask the client in several rounds, by the answer that asks for a retry (2026-07-28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp_types import CallToolResult, InputRequiredResult, TextContent

Ctx = Context[Any, Any]
Answer = CallToolResult | InputRequiredResult


def form(message: str, field: str, kind: str = "string") -> dict[str, Any]:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


def sample(question: str, most: int) -> dict[str, Any]:
    message = {"role": "user", "content": {"type": "text", "text": question}}
    return {"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": most}}


ROOTS: dict[str, Any] = {"method": "roots/list", "params": {}}


def ask(state: str | None = None, /, **requests: Mapping[str, Any]) -> InputRequiredResult:
    return InputRequiredResult.model_validate({"inputRequests": requests, "requestState": state})


def done(words: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=words)])


def answers(ctx: Ctx, *keys: str) -> dict[str, dict[str, Any]] | None:
    """The client's answers as they came, None unless there is one for every key and none that cannot be read."""
    given = ctx.input_responses or {}
    if not set(keys) <= set(given):
        return None
    return {key: given[key].model_dump(mode="json", by_alias=True, exclude_none=True) for key in keys}


def test_input_required_result_elicitation(ctx: Ctx) -> Answer:
    found = answers(ctx, "user_name")
    name = (found or {}).get("user_name", {}).get("content", {})
    if not isinstance(name, dict) or not isinstance(name.get("name"), str):
        return ask(user_name=form("What is your name?", "name"))
    return done(f"Hello, {name['name']}!")


def test_input_required_result_sampling(ctx: Ctx) -> Answer:
    found = answers(ctx, "capital_question")
    if found is None:
        return ask(capital_question=sample("What is the capital of France?", 100))
    return done(str(found["capital_question"].get("content", {})))


def test_input_required_result_list_roots(ctx: Ctx) -> Answer:
    found = answers(ctx, "client_roots")
    if found is None:
        return ask(client_roots=ROOTS)
    return done(f"Roots: {[root['uri'] for root in found['client_roots']['roots']]}")


def test_input_required_result_request_state(ctx: Ctx) -> Answer:
    if answers(ctx, "confirm") is None or ctx.request_state != "confirming":
        return ask("confirming", confirm=form("Please confirm", "ok", "boolean"))
    return done("state-ok")


def test_input_required_result_tampered_state(ctx: Ctx) -> Answer:
    return test_input_required_result_request_state(ctx)


def test_input_required_result_multiple_inputs(ctx: Ctx) -> Answer:
    if answers(ctx, "user_name", "greeting", "client_roots") is None or ctx.request_state != "several":
        return ask(
            "several",
            user_name=form("What is your name?", "name"),
            greeting=sample("Generate a greeting", 50),
            client_roots=ROOTS,
        )
    return done("All inputs received")


def test_input_required_result_multi_round(ctx: Ctx) -> Answer:
    if ctx.request_state == "round-1" and answers(ctx, "step1") is not None:
        return ask("round-2", step2=form("Step 2: What is your favorite color?", "color"))
    if ctx.request_state == "round-2" and answers(ctx, "step2") is not None:
        return done("Both rounds are over")
    return ask("round-1", step1=form("Step 1: What is your name?", "name"))


def test_input_required_result_capabilities(ctx: Ctx) -> Answer:
    declared = ctx.client_capabilities
    wanted: dict[str, dict[str, Any]] = {}
    if declared is not None and declared.elicitation is not None:
        wanted["user_name"] = form("What is your name?", "name")
    if declared is not None and declared.sampling is not None:
        wanted["greeting"] = sample("Generate a greeting", 50)
    if not wanted or answers(ctx, *wanted) is not None:
        return done("Nothing to ask")
    return ask(**wanted)


def test_streaming_elicitation(ctx: Ctx) -> Answer:
    return test_input_required_result_elicitation(ctx)


TOOLS = (
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_tampered_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_capabilities,
    test_streaming_elicitation,
)


def prompt(ctx: Ctx) -> list[UserMessage] | InputRequiredResult:
    found = answers(ctx, "user_context")
    if found is None:
        return ask(user_context=form("What context should the prompt use?", "context"))
    return [UserMessage(content=TextContent(type="text", text=str(found["user_context"])))]


def put_on(server: MCPServer[Any]) -> None:
    """Register them all beside what the server has."""
    for tool in TOOLS:
        server.add_tool(tool, description=f"Conformance: {tool.__name__}", structured_output=False)
    server.prompt("test_input_required_result_prompt", description="Asks first")(prompt)
