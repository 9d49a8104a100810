"""The resources and prompts, in the order a client lists them. One import and one line each."""

from __future__ import annotations

from resources.resource import AnyResource

RESOURCES: tuple[AnyResource, ...] = ()
