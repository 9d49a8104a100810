"""What one server offers, found by name or by address."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from mcp.shared.uri_template import UriTemplate

from resources.prompts import Prompt
from resources.resource import AnyResource
from tools.tool import AnyTool


@dataclass(frozen=True)
class Catalogue:
    """Tools, resources and prompts in the order they are listed."""

    tools: Sequence[AnyTool] = ()
    resources: Sequence[AnyResource] = ()
    prompts: Sequence[Prompt] = ()

    @functools.cached_property
    def _templates(self) -> list[tuple[UriTemplate, AnyResource]]:
        return [(UriTemplate.parse(r.uri), r) for r in self.resources]

    def tool(self, name: str) -> AnyTool | None:
        """The tool of that name."""
        return next((t for t in self.tools if t.name == name), None)

    def prompt(self, name: str) -> Prompt | None:
        """The prompt of that name."""
        return next((p for p in self.prompts if p.name == name), None)

    def resource(self, template: str) -> AnyResource | None:
        """The resource with that template."""
        return next((r for r in self.resources if r.uri == template), None)

    def locate(self, uri: str) -> tuple[AnyResource, dict[str, str]] | None:
        """The resource an address belongs to, with the variables it fills in; a plain address wins over a pattern."""
        if (plain := self.resource(uri)) is not None and is_plain(plain):
            return plain, {}
        for template, resource in self._templates:
            found = template.match(uri) if not is_plain(resource) else None
            if found is not None:
                return resource, {name: value for name, value in found.items() if isinstance(value, str)}
        return None


def is_plain(resource: AnyResource) -> bool:
    """True for one fixed address."""
    return "{" not in resource.uri
