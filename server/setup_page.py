"""The page behind the one-time setup link: one form, one administrator, one token shown once."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from auth import setup
from auth.accounts import check_id
from auth.tokens import Issued
from scheduling.model.errors import UserError
from scheduling.store.audit import SERVER, AuditContext, AuditEntry, append, arguments_hash
from scheduling.store.database import Database
from scheduling.store.outage import is_outage
from server import clients
from server.settings import Settings

PATH = "/setup"
_LONGEST_FORM = 4096
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a}"
    "code,pre{background:#f3f3f3;padding:.2rem .4rem;border-radius:4px;word-break:break-all;white-space:pre-wrap}"
    "input,button{font:inherit;padding:.4rem .6rem}label{display:block;margin:1rem 0 .3rem}"
)
_CLOSED = "This setup link has been used, has expired, or was never issued. Start the server again for a new one."


class SetupPage:
    """Serves the link that `serve` prints on its first start."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def route(self) -> Route:
        """The page's route; it needs no bearer, the link itself is the secret."""
        return Route(PATH, self.serve, methods=["GET", "POST"])

    async def serve(self, request: Request) -> Response:
        """GET shows the form and uses nothing up; POST makes the administrator."""
        if request.method == "POST":
            return await self._redeem(request)
        secret = request.query_params.get("token", "")
        async with self._database.session() as session:
            is_open = await setup.is_open(session, secret, self._clock())
        return _page(_form(secret)) if is_open else _page(_paragraph(_CLOSED), status=403)

    async def _redeem(self, request: Request) -> Response:
        if not self._from_our_page(request):
            return _page(_paragraph("The form must be sent from this server's own page."), status=403)
        form = await _fields(request)
        if form is None:
            return _page(_paragraph("That was no form of this page."), status=400)
        secret, account = form.get("token", ""), form.get("account", "").strip()
        now = self._clock()
        try:
            check_id(account)
            async with self._database.session() as session:
                issued = await setup.redeem(session, secret, account, now)
                trail = AuditContext(account, "setup-link", "setup", arguments_hash({"account": account}), SERVER, now)
                await append(session, AuditEntry(trail, facts={"account": account, "token": issued.id}))
                await session.commit()
        except UserError as error:
            if is_outage(error):
                raise
            again = _form(secret) if error.code == "invalid" else ""
            return _page(_paragraph(error.message) + again, status=400 if again else 403)
        return _page(self._done(issued))

    def _from_our_page(self, request: Request) -> bool:
        """A browser says where a form comes from; what says nothing is no browser and needs the secret anyway."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")

    def _done(self, issued: Issued) -> str:
        lines = clients.configuration(self._settings.resource_url).items()
        shown = "".join(f"<dt>{html.escape(name)}</dt><dd><pre>{html.escape(text)}</pre></dd>" for name, text in lines)
        return (
            f"<p><b>{html.escape(issued.account)}</b> administers this server. Its token, shown this once, is valid until "
            f"{issued.expires_at:%Y-%m-%d}:</p><p><code id=token>{html.escape(issued.secret)}</code></p>"
            f"<p>Put it into the environment variable {clients.VARIABLE} and connect:</p><dl>{shown}</dl>"
        )


async def _fields(request: Request) -> dict[str, str] | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=4, strict_parsing=True)
    except (UnicodeError, ValueError):
        return None
    return {name: values[0] for name, values in fields.items()}


def _form(secret: str) -> str:
    return (
        "<p>Nobody administers this server yet. Choose the id of its first administrator.</p>"
        f"<form method=post action={PATH}><input type=hidden name=token value='{html.escape(secret)}'>"
        "<label for=account>Account id</label>"
        "<input id=account name=account value=admin required maxlength=64 autocomplete=off spellcheck=false> "
        "<button>Create administrator</button></form>"
    )


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _page(body: str, *, status: int = 200) -> HTMLResponse:
    content = (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>housestaff setup</title><style>{_STYLE}</style><h1>housestaff</h1>{body}</html>"
    )
    return HTMLResponse(content, status, _HEADERS)
