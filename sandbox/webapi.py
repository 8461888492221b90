"""The Web API as the bot calls it: arguments, token, faults, the method, Slack's `ok` envelope."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import chat, directory, views
from sandbox.core import Sandbox
from sandbox.installation import NEEDED
from sandbox.people import APP_ID
from sandbox.spec import PLAIN, Fields, fields_of
from sandbox.wire import JsonObject, SlackError, read_body, strict_json

METHODS = {**chat.METHODS, **directory.METHODS, **views.METHODS}
SIGNATURES = {name: fields_of(signature) for name, (_, signature) in METHODS.items()}
RESPONSE = fields_of(chat.RESPONSE)
TAKEN_BY_ALL = ("token", "team_id")  # Bolt names its workspace in every call
SOCKET_METHOD = "apps.connections.open"
FLAGS = {"true": True, "1": True, "false": False, "0": False}
UNKNOWN_TOKEN = (
    "not_authed",
    "invalid_auth",
    "token_revoked",
    "account_inactive",
    "token_expired",
)
JSON_ERRORS = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}


async def call(request: Request) -> Response:
    """POST or GET /api/slack/{method}."""
    sandbox: Sandbox = request.app.state.sandbox
    method = request.path_params["method"]

    def run(args: JsonObject) -> JsonObject:
        if method not in METHODS and method != SOCKET_METHOD:
            raise SlackError("unknown_method")
        _authenticate(sandbox, request.headers.get("authorization", ""), method, args)
        sandbox.installation.need(*NEEDED.get(method, ()))
        if method == SOCKET_METHOD:
            return {"url": sandbox.app.socket_url(sandbox.settings.base_url, APP_ID)}
        return METHODS[method][0](sandbox, checked_args(SIGNATURES[method], args))

    return await _answer(request, method, run)


async def respond(request: Request) -> Response:
    """POST /api/slack/respond/{token}: a response URL, which answers 404 once it is used up."""
    sandbox: Sandbox = request.app.state.sandbox

    def run(args: JsonObject) -> JsonObject:
        ticket = sandbox.tickets.response(request.path_params["token"])
        chat.respond(sandbox, ticket, checked_args(RESPONSE, args))
        return {}

    return await _answer(request, "response_url", run, refused=404)


def checked_args(fields: Fields, args: JsonObject) -> JsonObject:
    """The arguments a method knows, in their types; a form's strings are read as those types."""
    kinds = {name.rstrip("?"): kind for name, kind in fields.items()}
    sent = {k: v for k, v in args.items() if v is not None and k not in TAKEN_BY_ALL}
    typed = {name: _typed(name, kinds.get(name, ""), value) for name, value in sent.items()}
    if wrong := list(PLAIN.in_object(fields, typed, "")):
        raise SlackError("invalid_arguments", *wrong)
    return typed


def _typed(name: str, kind: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if kind == "bool":
        return FLAGS.get(value.lower(), value)
    if kind.startswith("int:") and value.isdecimal() and len(value) < 9:
        return int(value)
    if kind == "any":
        try:
            return strict_json(value)
        except ValueError as error:
            raise SlackError(JSON_ERRORS.get(name, "invalid_arguments")) from error
    return value


async def _answer(
    request: Request, name: str, run: Callable[[JsonObject], JsonObject], refused: int = 200
) -> Response:
    sandbox: Sandbox = request.app.state.sandbox
    try:
        args = _decoded(request, await read_body(request))
    except SlackError as error:
        return JSONResponse(error.body, refused)
    shown = {key: value for key, value in args.items() if key != "token"}
    call: JsonObject = {"method": name, "at_ms": sandbox.workspace.clock(), "args": shown}
    call |= {"ok": None, "error": None}
    sandbox.calls.append(call)
    channels = _channel_names(sandbox, args.get("channel"))
    fault = sandbox.faults.take(name, channels, sandbox.workspace.clock())
    if fault is not None and (faulty := fault.answer()):
        call |= {"ok": False, "error": faulty[0]["error"]}
        return faulty[1]
    await asyncio.sleep(fault.delay_s if fault is not None and fault.kind == "delay" else 0)
    try:
        answer = {"ok": True, **run(args)}
    except SlackError as error:
        answer = error.body
    call |= {"ok": answer["ok"], "error": answer.get("error")}
    if fault is not None and fault.kind == "drop_reply":
        request.app.state.drop(request)
    known = {} if answer.get("error") in UNKNOWN_TOKEN else {"X-OAuth-Scopes": _scopes(sandbox)}
    return JSONResponse(answer, 200 if answer["ok"] else refused, known)


def _decoded(request: Request, body: bytes) -> JsonObject:
    """Query, form or JSON arguments as one object."""
    values: JsonObject = dict(parse_qsl(request.url.query, keep_blank_values=True))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body:
        return values
    if kind == "application/x-www-form-urlencoded":
        return values | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if kind != "application/json":
        raise SlackError("invalid_post_type" if kind else "missing_post_type")
    try:
        sent = strict_json(body)
    except ValueError as error:
        raise SlackError("invalid_json") from error
    if not isinstance(sent, dict):
        raise SlackError("json_not_object")
    return {**values, **sent}


def _authenticate(sandbox: Sandbox, header: str, method: str, args: JsonObject) -> None:
    scheme, _, token = header.partition(" ")
    given = token if scheme.lower() == "bearer" else args.get("token")
    if not given:
        raise SlackError("not_authed")
    if given not in (sandbox.settings.bot_token, sandbox.settings.app_token):
        raise SlackError("invalid_auth")
    if (given == sandbox.settings.app_token) != (method == SOCKET_METHOD):
        raise SlackError("not_allowed_token_type")
    if given == sandbox.settings.bot_token and sandbox.installation.access != "granted":
        raise SlackError(sandbox.installation.access)


def _scopes(sandbox: Sandbox) -> str:
    return ",".join(sandbox.installation.scopes)


def _channel_names(sandbox: Sandbox, wanted: Any) -> set[object]:
    """The channel as the call names it and as it is called: a fault may be told of either."""
    channel = sandbox.workspace.find_channel(wanted) if isinstance(wanted, str) else None
    return {channel.id, channel.name, f"#{channel.name}"} if channel else {str(wanted)}
