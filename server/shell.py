"""The MCP server: the SDK's protocol with our catalogue and our edge behind it, in both protocol eras."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcp.server.auth.provider import TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.extension import Extension
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.request_state import RequestStateSecurity
from mcp.server.subscriptions import SubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolResult,
    Completion,
    CompletionArgument,
    CompletionContext,
    GetPromptResult,
    InputRequiredResult,
    PromptMessage,
    PromptReference,
    ResourceTemplate,
    ResourceTemplateReference,
    TextContent,
)
from mcp_types import Prompt as PromptEntry
from mcp_types import Resource as ResourceEntry
from mcp_types import Tool as ToolEntry
from pydantic import AnyUrl

from auth.principal import Principal
from auth.scopes import Scope
from scheduling.model.errors import UserError
from server.access import shown
from server.callers import CallerMiddleware, current_caller
from server.catalogue import Catalogue, is_plain
from server.consent import AskedError
from server.edge import Answer, Edge
from server.entries import prompt_entry, resource_entry, template_entry, tool_entry
from server.errors import problem
from server.identity import Identity
from server.refusals import refused
from server.watchers import WatcherMiddleware

NAME = "housestaff"
INSTRUCTIONS = (
    "The schedule of a medical residency program. Read first; every change is proposed, then committed by the digest of "
    "what was proposed. Dates are YYYY-MM-DD, blocks 2025/10, parts AM, PM, NIGHT. People are ids such as fac-01. "
    "An error carries a code and a hint: follow the hint. When a result was cut, its cursor brings the rest."
)
_LISTS_FRESH_MS = 60_000
_CACHEABLE: tuple[CacheableMethod, ...] = (
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/templates/list",
    "server/discover",
    "tools/list",
)
_MOST_COMPLETIONS = 100


class Shell(MCPServer[Any]):
    """An MCPServer that lists and calls what the catalogue holds, through the edge."""

    def __init__(
        self,
        catalogue: Catalogue,
        edge: Edge,
        identity: Identity,
        *,
        version: str,
        keys: Sequence[bytes] = (),
        auth: AuthSettings | None = None,
        verifier: TokenVerifier | None = None,
        bus: SubscriptionBus | None = None,
        extensions: Sequence[Extension] = (),
    ) -> None:
        """`keys` seal what a client carries between rounds: several replicas need the same ones."""
        self._catalogue = catalogue
        self._edge = edge
        super().__init__(
            NAME,
            title="housestaff",
            instructions=INSTRUCTIONS,
            version=version,
            auth=auth,
            token_verifier=verifier,
            cache_hints={
                method: CacheHint(ttl_ms=0 if method == "resources/read" else _LISTS_FRESH_MS, scope="private")
                for method in _CACHEABLE
            },
            request_state_security=RequestStateSecurity(keys=list(keys)) if keys else None,
            subscriptions=bus,
            middleware=[CallerMiddleware(identity), WatcherMiddleware(catalogue, edge)],
            extensions=extensions,
        )
        self.completion()(self._complete)  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated

    async def list_tools(self) -> list[ToolEntry]:
        """The tools some role of the caller can use."""
        ours = [self._tool_entries[t.name] for t in await self._shown(self._catalogue.tools)]
        return ours + await super().list_tools()

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool of the catalogue; an unknown one is a protocol error."""
        tool = self._catalogue.tool(name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, "Unknown tool", {"tools": [t.name for t in self._catalogue.tools]})
        try:
            answer = await self._edge.call(tool, arguments, current_caller(context))
        except AskedError as asked:
            return asked.result
        except UserError as error:
            answer = Answer(problem(error, what=name).facts(), failed=True)
        text = TextContent(type="text", text=answer.text)
        return CallToolResult(content=[text], structured_content=answer.facts, is_error=answer.failed)

    async def list_resources(self) -> list[ResourceEntry]:
        """The plain resources the caller may read, and those of extensions."""
        plain = [r for r in self._catalogue.resources if is_plain(r)]
        return [resource_entry(r) for r in await self._shown(plain)] + await super().list_resources()

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        """The families of resources the caller may read."""
        families = [r for r in self._catalogue.resources if not is_plain(r)]
        return [template_entry(r) for r in await self._shown(families)]

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Any, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource of the catalogue, or of an extension."""
        address = str(uri)
        found = self._catalogue.locate(address)
        if found is None:
            return await super().read_resource(uri, context)
        resource, variables = found
        try:
            content = await self._edge.read(resource, variables, current_caller(context))
        except Exception as error:
            raise refused(error, what=f"resource {resource.name}", uri=address) from error
        return [ReadResourceContents(content=content, mime_type=resource.mime)]

    async def list_prompts(self) -> list[PromptEntry]:
        """The prompts whose tools the caller may use."""
        return [prompt_entry(p) for p in await self._shown(self._catalogue.prompts)]

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """A prompt's message; an unknown prompt or a missing argument is the client's error (-32602)."""
        del context
        prompt = self._catalogue.prompt(name)
        if prompt is None:
            raise MCPError(INVALID_PARAMS, "Unknown prompt", {"prompts": [p.name for p in self._catalogue.prompts]})
        try:
            text = await self._edge.prompt(prompt, arguments or {}, current_caller())
        except Exception as error:
            raise refused(error, what=f"prompt {name}") from error
        message = PromptMessage(role="user", content=TextContent(type="text", text=text))
        return GetPromptResult(description=prompt.description, messages=[message])

    async def needed(self, method: str, params: Mapping[str, Any], principal: Principal) -> frozenset[Scope]:
        """The scopes a fresh token would need for this request, when the role allows it and the token does not."""
        found = self._guarded(method, params)
        if found is None:
            return frozenset()
        guarded, raw = found
        scopes = self._edge.scopes(guarded, raw)
        return await self._edge.lacking(scopes, guarded.own, raw.get("program"), principal)

    def _guarded(self, method: str, params: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]] | None:
        raw = params.get("arguments")
        raw = raw if isinstance(raw, Mapping) else {}
        name, uri = params.get("name"), params.get("uri")
        if method == "tools/call" and isinstance(name, str) and (tool := self._catalogue.tool(name)):
            return tool, raw
        if method == "prompts/get" and isinstance(name, str) and (prompt := self._catalogue.prompt(name)):
            return prompt, raw
        return self._catalogue.locate(uri) if method == "resources/read" and isinstance(uri, str) else None

    @functools.cached_property
    def _tool_entries(self) -> Mapping[str, ToolEntry]:
        """Entries by name, made once: writing their schemas costs more than everything else in a list."""
        return {tool.name: tool_entry(tool) for tool in self._catalogue.tools}

    async def _shown(self, entries: Sequence[Any]) -> list[Any]:
        try:
            holdings = await self._edge.holdings(current_caller().principal)
        except UserError as error:
            raise refused(error, what="list") from error
        return [e for e in entries if shown(e, holdings)]

    async def _complete(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion | None:
        named = isinstance(ref, PromptReference)
        target = (
            self._catalogue.prompt(ref.name) if isinstance(ref, PromptReference) else self._catalogue.resource(ref.uri)
        )
        if target is None:
            raise MCPError(INVALID_PARAMS, "Unknown prompt" if named else "Unknown resource template")
        known = dict(context.arguments or {}) if context else {}
        try:
            values = await self._edge.complete(target, argument.name, argument.value, known, current_caller())
        except UserError as error:
            raise refused(error, what="completion") from error
        return Completion(
            values=values[:_MOST_COMPLETIONS], total=len(values), has_more=len(values) > _MOST_COMPLETIONS
        )
