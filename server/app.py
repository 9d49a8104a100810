"""The composition root: the one place that knows every part and puts them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata

from mcp.server.auth.settings import AuthSettings
from mcp.server.subscriptions import SubscriptionBus
from pydantic import AnyHttpUrl
from starlette.applications import Starlette

from auth.programs import Programs, StoredPrograms
from auth.verifier import AnyVerifier, OpaqueVerifier, utc_now
from resources.catalog import RESOURCES
from resources.prompts import PROMPTS
from scheduling.services.cascade import LanePlanner, Planner
from scheduling.services.check_rules import Examiner, LaneExaminer
from scheduling.services.explain_assignment import LaneWeigher, Weigher
from scheduling.services.solve import SnapshotKeys
from scheduling.solver.lane import Lane
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from server.background import Task, run_beside
from server.bus import ResourceBus
from server.catalogue import Catalogue
from server.edge import Edge
from server.identity import BearerIdentity, Identity, process_identity
from server.settings import Settings
from server.setup_page import SetupPage
from server.shell import Shell
from server.web import web_app
from tools.catalog import TOOLS

CATALOGUE = Catalogue(TOOLS, RESOURCES, PROMPTS)
VERSION = metadata.version("housestaff")


@dataclass(frozen=True, slots=True)
class House:
    """One server over one database. `now` is the instant of a call, not a program's date; `lane` answers short proofs."""

    database: Database
    settings: Settings
    catalogue: Catalogue = CATALOGUE
    now: Callable[[], dt.datetime] = utc_now
    lane: Lane = field(default_factory=Lane)
    examiner: Examiner = field(default_factory=LaneExaminer)

    def http(self, *tasks: Task) -> Starlette:
        """The application `serve` runs, with these tasks beside it from its start to its end."""
        resource, issuer = self.settings.resource_url, self.settings.base_url
        # Signed tokens of an authorization server would be a second verifier here.
        verifier = AnyVerifier([OpaqueVerifier(self.database, resource, issuer, self.now)])
        auth = AuthSettings(
            issuer_url=AnyHttpUrl(issuer), resource_server_url=AnyHttpUrl(resource), validate_token_resource=True
        )
        bus = ResourceBus(self.database)
        shell = self.shell(BearerIdentity(), auth=auth, verifier=verifier, bus=bus)
        app = web_app(shell, self.settings, self.database, SetupPage(self.database, self.settings, self.now))
        run_beside(app, bus.run, *tasks)
        return app

    def stdio(self, bus: SubscriptionBus | None = None) -> Shell:
        """The server `stdio` runs; SettingError when nobody is named on a shared database."""
        return self.shell(process_identity(self.settings, self.database, self.now), bus=bus)

    def shell(
        self,
        identity: Identity,
        *,
        auth: AuthSettings | None = None,
        verifier: AnyVerifier | None = None,
        bus: SubscriptionBus | None = None,
    ) -> Shell:
        """A server that asks `identity` who calls."""
        return Shell(
            self.catalogue,
            self.edge(),
            identity,
            version=VERSION,
            keys=self.settings.keys,
            auth=auth,
            verifier=verifier,
            bus=bus,
        )

    def unit(self, trail: AuditContext) -> UnitOfWork:
        """A unit of work outside any call."""
        return UnitOfWork(self.database, trail, today=self.settings.today)

    def edge(self) -> Edge:
        """The boundary all calls pass."""
        programs = StoredPrograms(self.database, self.settings.today)
        return Edge(self.database, programs, self.now, self.settings.today, self._ports(programs))

    def _ports(self, programs: Programs) -> Mapping[type, object]:
        """The services handlers may ask for by type: one line for each."""
        keys = SnapshotKeys(self.settings.keys)
        return {
            Programs: programs,
            Planner: LanePlanner(self.lane),
            Examiner: self.examiner,
            Weigher: LaneWeigher(self.lane),
            SnapshotKeys: keys,
        }
