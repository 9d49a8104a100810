from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan
from opentelemetry.util.types import AttributeValue

from auth.principal import Principal
from server.errors import problem
from server.telemetry import configure_logging, name_caller

SECRET = "Zq9-private-words"


@pytest.fixture
def logs() -> Iterator[None]:
    """Whatever a test configures is taken back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Recorded(NonRecordingSpan):
    """A span that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(trace.INVALID_SPAN_CONTEXT)
        self.attributes: dict[str, AttributeValue] = {}

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        self.attributes.update(attributes)


def test_the_caller_stands_on_the_span_and_in_the_log(logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    """One name for a request, wherever it is looked at; stdout stays clean."""
    configure_logging(form="json")
    span = Recorded()
    with trace.use_span(span):
        name_caller(Principal("chief-1", "tok_1"), "tok_1 claude/2")
    assert span.attributes == {"enduser.id": "chief-1", "housestaff.token": "tok_1"}
    structlog.get_logger("test").warning("something", count=3)
    printed = capsys.readouterr()
    line = json.loads(printed.err)
    assert printed.out == ""
    assert (line["event"], line["caller"], line["client"], line["count"]) == (
        "something",
        "chief-1",
        "tok_1 claude/2",
        3,
    )


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_incident_logs_its_trace_without_local_variables(
    logs: None, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """The trace says where; what a caller sent stays out of the log."""
    configure_logging(form=form)

    def broken(sent: str) -> None:
        assert sent
        raise ZeroDivisionError("nothing to divide")

    with pytest.raises(ZeroDivisionError) as caught:
        broken(SECRET)
    found = problem(caught.value, what="a_tool")
    printed = capsys.readouterr()
    assert found.details["incident"] in printed.err
    assert "ZeroDivisionError" in printed.err
    assert "broken" in printed.err
    assert SECRET not in printed.err + printed.out


def test_libraries_log_through_the_same_door(logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    """The standard library's loggers end on stderr as well, the chatty ones only from warning on."""
    configure_logging(form="json")
    logging.getLogger("mcp.server").info("chatter")
    logging.getLogger("mcp.server").warning("matter")
    logging.getLogger("somebody").info("told")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["logger"], line["event"]) for line in lines] == [("mcp.server", "matter"), ("somebody", "told")]
