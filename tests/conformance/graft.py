"""The product's server with the conformance suite's tools grafted on: its middleware, its door, its limits, its edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import (
    CallToolResult,
    EmptyResult,
    GetPromptResult,
    InputRequiredResult,
    ResourceTemplate,
    SetLevelRequestParams,
    SubscribeRequestParams,
    UnsubscribeRequestParams,
)
from mcp_types import (
    Prompt as PromptEntry,
)
from pydantic import Field
from starlette.types import ASGIApp, Receive, Scope, Send

from resources.catalog import RESOURCES
from resources.prompts import PROMPTS, Prompt
from resources.resource import Call, Place, Resource
from server.app import VERSION, House
from server.catalogue import Catalogue
from server.identity import Identity
from server.shell import Shell
from tests.conformance import magic_rounds, magic_tools
from tools.catalog import TOOLS


class TwoArgs(Place):
    arg1: Annotated[str, Field(description="First.")]
    arg2: Annotated[str, Field(description="Second.")]


async def said(place: Place, call: Call) -> str:
    del place, call
    return "This is the content of the static text resource."


def plain(name: str) -> Resource[Place]:
    return Resource(f"test://{name}", name, name, "Text.", Place, set(), said, mime="text/plain")


# What the product's own vocabulary can say goes through the product's own edge.
CATALOGUE = Catalogue(
    TOOLS,
    (*RESOURCES, plain("static-text"), plain("watched-resource")),
    (
        *PROMPTS,
        Prompt(
            "test_simple_prompt", "", "Simple", Place, frozenset(), lambda _: "This is a simple prompt for testing."
        ),
        Prompt(
            "test_prompt_with_arguments",
            "",
            "With arguments",
            TwoArgs,
            frozenset(),
            lambda a: f"Prompt with arguments: arg1='{a.arg1}', arg2='{a.arg2}'",
        ),
    ),
)


class Grafted(Shell):
    """Serves what the catalogue does not hold as the SDK alone would."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        magic_tools.put_on(self)
        magic_rounds.put_on(self)
        lowlevel = self._lowlevel_server
        lowlevel.add_request_handler("logging/setLevel", SetLevelRequestParams, nothing)
        lowlevel.add_request_handler("resources/subscribe", SubscribeRequestParams, nothing)
        lowlevel.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, nothing)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        if self._tool_manager.get_tool(name) is None:
            return await super().call_tool(name, arguments, context)
        return await MCPServer.call_tool(self, name, arguments, context)

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        return await super().list_resource_templates() + await MCPServer.list_resource_templates(self)

    async def list_prompts(self) -> list[PromptEntry]:
        return await super().list_prompts() + await MCPServer.list_prompts(self)

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        if self._prompt_manager.get_prompt(name) is None:
            return await super().get_prompt(name, arguments, context)
        return await MCPServer.get_prompt(self, name, arguments, context)


async def nothing(ctx: object, params: object) -> EmptyResult:
    del ctx, params
    return EmptyResult()


@dataclass(frozen=True, slots=True)
class GraftedHouse(House):
    """A house whose servers are grafted."""

    def shell(self, identity: Identity, **options: Any) -> Shell:
        return Grafted(CATALOGUE, self.edge(), identity, version=VERSION, keys=self.settings.keys, **options)


class Bearer:
    """Outermost of all: gives a request the token that the suite cannot be told to send."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._header = (b"authorization", f"Bearer {secret}".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given: Iterable[tuple[bytes, bytes]] = scope["headers"]
            scope = {**scope, "headers": [*given, self._header]}
        await self._app(scope, receive, send)
