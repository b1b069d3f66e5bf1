"""The review page: a thin view over the desk's commands.

Server-rendered and usable without JavaScript (there is none). It listens on loopback and has no login yet. What a mail says
is shown as text only; nothing from a mail is loaded, linked or run. Every change is a form with a token bound to the
browser's session and names the digest of the draft that was on the screen.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from triage.desk.cases import Case, Desk
from triage.desk.states import OPEN, Kind, State, fold, possible
from triage.digest import digest_of
from triage.errors import Conflict, TriageError, UsageError
from triage.web import marks
from triage.web.words import age, left, on, plain

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
COOKIE = "triage_session"
MAX_FORM = 1_000_000  # bytes

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

OpenDesk = Callable[[], AbstractContextManager[Desk]]


def make_app(
    open_desk: OpenDesk,
    clock: Callable[[], datetime],
    templates: Path,
    *,
    zone: ZoneInfo,
    desk_name: str,
    actor: str,
    address: str,
    banner: str = "",
) -> Starlette:
    """The ASGI application. actor: the name that the ledger keeps for what is decided here; address: replies come from it."""
    page = Pages(open_desk, clock, templates, zone, desk_name, actor, address, banner)
    return Starlette(
        routes=[
            Route("/", page.queue),
            Route("/digest", page.digest),
            Route("/case/{number:int}", page.case),
            Route("/case/{number:int}/mail.eml", page.mail),
            Route("/case/{number:int}/reply.eml", page.reply),
            Route("/case/{number:int}/{action}", page.act, methods=["POST"]),
            Route("/health", page.health),
            Route("/desk.css", page.style),
            Route("/favicon.ico", lambda _: Response(status_code=204)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK)), Middleware(_SafeHeaders)],
        exception_handlers={TriageError: page.sorry, 404: page.not_found},
    )


class _SafeHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [(k.lower().encode(), v.encode()) for k, v in _HEADERS.items()]
            await send(message)

        await self.app(scope, receive, with_headers)


class Pages:
    """One method a page. What each shows comes from a desk command; what each changes goes through one."""

    def __init__(
        self,
        open_desk: OpenDesk,
        clock: Callable[[], datetime],
        templates: Path,
        zone: ZoneInfo,
        desk_name: str,
        actor: str,
        address: str,
        banner: str,
    ) -> None:
        self.open_desk, self.clock, self.folder, self.zone = open_desk, clock, templates, zone
        self.actor, self.address = actor, address
        self._key = secrets.token_bytes(32)
        self._env = Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined)
        self._env.filters.update(left=left, age=age, on=lambda at: on(at, zone), plain=plain)
        self._env.globals.update(desk_name=desk_name, banner=banner, State=State, Kind=Kind, zone=str(zone))

    # --- looking ----------------------------------------------------------------------------------------------------

    def queue(self, request: Request) -> Response:
        shown = request.query_params.get("show", "open")
        groups = {"open": OPEN, "all": frozenset(State), **{state.name.lower(): frozenset({state}) for state in State}}
        if shown not in groups:
            raise UsageError(f"There is no list {shown!r}.")
        with self.open_desk() as desk:
            return self._page(
                request,
                "queue.html",
                rows=desk.queue(groups[shown]),
                counts=desk.store.counts(),
                mailboxes=desk.store.mailboxes(),
                shown=shown,
            )

    def case(self, request: Request) -> Response:
        with self.open_desk() as desk:
            case = desk.case(request.path_params["number"])
            return self._case_page(request, desk, case)

    def digest(self, request: Request) -> Response:
        with self.open_desk() as desk:
            now = self.clock()
            report = digest_of(desk.queue(), desk.store.mailboxes(), now.astimezone(self.zone).date(), self.zone)
        return self._page(request, "digest.html", digest=report)

    def mail(self, request: Request) -> Response:
        number = request.path_params["number"]
        with self.open_desk() as desk:
            desk.case(number)
            raw = desk.store.raw(desk.store.sha256_of(number))
        return _download(raw, f"case-{number}.eml")

    def reply(self, request: Request) -> Response:
        with self.open_desk() as desk:
            case = desk.case(request.path_params["number"])
        return _download(outgoing(case, self.address, self.clock()), f"case-{case.id}-reply.eml")

    def health(self, _: Request) -> Response:
        with self.open_desk() as desk:
            boxes = desk.store.mailboxes()
        lines = [f"{b.name}: last poll {b.last_poll_at.isoformat()}, unaccounted {b.unaccounted}" for b in boxes]
        return PlainTextResponse("\n".join(["ok", *lines]) + "\n")

    def style(self, _: Request) -> Response:
        return FileResponse(self.folder / "desk.css", media_type="text/css")

    # --- deciding ---------------------------------------------------------------------------------------------------

    async def act(self, request: Request) -> Response:
        if int(request.headers.get("content-length") or MAX_FORM + 1) > MAX_FORM:
            return PlainTextResponse("The form is too large.", 413)
        form = await request.form()
        values = {key: value for key, value in form.items() if isinstance(value, str)}
        token = self._token(_session(request))
        if not _same_origin(request) or not hmac.compare_digest(values.get("token", "").encode(), token.encode()):
            return PlainTextResponse(
                "This page was open for too long or came from elsewhere. Go back, reload, decide again.", 403
            )
        return await run_in_threadpool(
            self._act, request, request.path_params["number"], request.path_params["action"], values
        )

    def _act(self, request: Request, number: int, action: str, form: dict[str, str]) -> Response:
        now, seen = self.clock(), form.get("seen", "")
        with self.open_desk() as desk:
            try:
                self._carry_out(desk, number, action, form, seen, now)
            except (Conflict, UsageError) as error:
                status = 409 if isinstance(error, Conflict) else 422
                return self._case_page(request, desk, desk.case(number), form=form, error=str(error), status=status)
        return RedirectResponse(f"/case/{number}", 303)

    def _carry_out(self, desk: Desk, number: int, action: str, form: dict[str, str], seen: str, now: datetime) -> None:
        who, text = self.actor, form.get("text", "").replace("\r\n", "\n")
        match action:
            case "draft":
                desk.revise(number, form.get("subject", ""), text, seen=seen, actor=who, at=now)
            case "approve":
                edited = desk.revise(number, form.get("subject", ""), text, seen=seen, actor=who, at=now)
                desk.approve(number, seen=edited.version, actor=who, at=now, despite=form.get("despite") == "yes")
            case "withdraw":
                desk.withdraw(number, seen=seen, actor=who, at=now)
            case "answered":
                desk.answered(number, seen=seen, actor=who, at=now)
            case "dismiss":
                desk.dismiss(number, form.get("reason", ""), seen=seen, actor=who, at=now)
            case "reopen":
                desk.reopen(number, form.get("reason", ""), seen=seen, actor=who, at=now)
            case _:
                raise UsageError(f"A case cannot be {action!r}.")

    # --- rendering --------------------------------------------------------------------------------------------------

    def _case_page(
        self,
        request: Request,
        desk: Desk,
        case: Case,
        *,
        form: dict[str, str] | None = None,
        error: str = "",
        status: int = 200,
    ) -> Response:
        message, reading = case.decision.message, case.decision.reading
        return self._page(
            request,
            "case.html",
            status,
            case=case,
            message=message,
            reading=reading,
            decision=case.decision,
            draft=case.draft,
            may=possible(case.row.state),
            related=desk.related(case),
            authentication=[value for name, value in message.headers if name.lower() == "authentication-results"][:1],
            subject=marks.cut(message.subject, marks.of_part(reading, "subject")),
            body=marks.cut(message.text, marks.of_part(reading, "text")),
            quoted=marks.cut(message.quoted, marks.of_part(reading, "quoted")),
            form=form or {},
            changed_meanwhile=status == 409,
            error=error,
        )

    def _page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        session = _session(request) or secrets.token_urlsafe(24)
        html = self._env.get_template(template).render(now=self.clock(), token=self._token(session), **values)
        response = HTMLResponse(html, status)
        if session != _session(request):
            response.set_cookie(COOKIE, session, httponly=True, samesite="strict", path="/")
        return response

    def _token(self, session: str) -> str:
        return hmac.new(self._key, session.encode(), hashlib.sha256).hexdigest() if session else secrets.token_hex(32)

    async def sorry(self, request: Request, error: Exception) -> Response:
        return self._page(request, "sorry.html", 404 if isinstance(error, UsageError) else 500, error=str(error))

    async def not_found(self, request: Request, _: Exception) -> Response:
        return self._page(request, "sorry.html", 404, error="There is no such page.")


def outgoing(case: Case, address: str, now: datetime) -> bytes:
    """The approved reply as a mail for a person's own mail client. Raises UsageError before approval."""
    before = case.ledger[:-1] if case.row.state is State.ANSWERED else case.ledger  # answered by hand is not approved
    if case.draft is None or fold(before) is not State.APPROVED:
        raise UsageError(f"Case {case.id} has no approved reply yet.")
    mail, draft = EmailMessage(), case.draft
    mail["From"], mail["To"] = address, ", ".join(_addressable(to.email) for to in draft.to)
    mail.set_raw("Subject", _encoded(draft.subject))
    mail["Date"] = format_datetime(now.astimezone(UTC))
    if draft.in_reply_to and _MESSAGE_ID.fullmatch(draft.in_reply_to):
        mail["In-Reply-To"] = draft.in_reply_to
    if known := [each for each in draft.references if _MESSAGE_ID.fullmatch(each)]:
        mail["References"] = " ".join(known)
    mail["X-Unsent"] = "1"  # mail clients open it as a message to be sent
    mail.set_content(draft.text)
    if draft.html:
        mail.add_alternative(draft.html, subtype="html")
    return mail.as_bytes()


# What a stranger wrote goes into headers below. The standard library takes anything that looks like an encoded word for
# one, and a line break inside it for the start of another header: it is never handed one that we did not make ourselves.
_MESSAGE_ID = re.compile(r"<(?!.*=\?)[!-~]+>")
_NO_ADDRESS = re.compile(r"=\?|[\x00-\x20\x7f,;<>]")


def _addressable(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        if not local.isascii() or _NO_ADDRESS.search(address):
            raise ValueError(address)
        return f"{local}@{domain.encode('idna').decode()}"
    except ValueError:
        raise UsageError(
            f"No reply can be addressed to {address!r}. Answer from your own mail client, then say so here."
        ) from None


def _encoded(subject: str) -> str:
    """A subject as it stands in a header (RFC 2047), folded; one that looks like an encoded word is told as its characters."""
    line = " ".join(subject.split())
    return Header(line, "utf-8" if "=?" in line else None, header_name="Subject").encode()


def _download(raw: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(raw, media_type="application/octet-stream", headers=headers)


def _session(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
