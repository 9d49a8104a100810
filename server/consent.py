"""Ask a person before a commit, where the client can: by a request of ours, or by the answer that asks for a retry."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.elicitation import AcceptedElicitation
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve, build_resolver_plans, resolve_arguments
from mcp_types import InputRequiredResult
from pydantic import BaseModel, Field

from scheduling.model.errors import ForbiddenError
from server.edge import Ask, Pause


class Agreement(BaseModel):
    """What the person fills in."""

    agree: Annotated[bool, Field(title="Do it", description="Yes, do exactly this.")]


class AskedError(Pause):
    """The call waits for a person: the client comes back with their answer."""

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("asked a person")
        self.result = result


def asker(context: Context[Any, Any] | None) -> Ask | None:
    """A way to ask the person behind this client; None where the client cannot be asked.

    The way returns when the person agrees, and raises ForbiddenError for every other answer: declining, closing the
    question, a malformed one. The SDK seals the question with the caller, so an answer to another one is not taken.
    """
    if context is None or not _can_be_asked(context):
        return None

    async def ask(question: str) -> None:
        def put(ctx: Context[Any, Any]) -> Elicit[Agreement]:
            del ctx
            return Elicit(question, Agreement)

        wanted = {"agreement": (Resolve(put), True)}
        try:
            found = await resolve_arguments(wanted, build_resolver_plans(wanted, set()), {}, context)
        except ToolError:
            raise _refusal("the answer could not be read") from None
        if isinstance(found, InputRequiredResult):
            raise AskedError(found)
        answer = found["agreement"]
        if not isinstance(answer, AcceptedElicitation) or not answer.data.agree:
            raise _refusal("the person asked did not agree")

    return ask


def _can_be_asked(context: Context[Any, Any]) -> bool:
    capabilities = context.client_capabilities
    form = capabilities.elicitation if capabilities is not None else None
    if form is None or (form.form is None and form.url is not None):
        return False
    modern = (context.protocol_version or "") >= "2026-07-28"
    return modern or context.session.can_send_request


def _refusal(reason: str) -> ForbiddenError:
    return ForbiddenError(reason, hint="nothing was changed; ask again only when the person wants it")
