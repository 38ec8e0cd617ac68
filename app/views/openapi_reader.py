"""The description of what a shop's own pages fetch for one customer: their chat messages and their offer."""

from __future__ import annotations

from typing import Any

Described = dict[str, Any]

DOORS = (
    ("get", "/api/v1/chat", "Fetch a customer's chat messages"),
    ("post", "/api/v1/chat/read", "Say up to which message they have read"),
    ("get", "/api/v1/offers", "Fetch the offer that a customer is to see"),
    ("post", "/api/v1/offers/{id}/seen", "Say that an offer was on their screen"),
)


def paths() -> Described:
    """Return what OpenAPI says of each of these addresses."""
    found: Described = {}
    for method, path, summary in DOORS:
        found.setdefault(path, {})[method] = _operation(path, summary)
    return found


def _operation(path: str, summary: str) -> Described:
    asked, answer, schema = _TOLD[path]
    body = {"requestBody": {"required": True, "content": _json(_UP_TO)}} if path.endswith("/read") else {}
    return {
        "summary": summary, "security": [{"key": []}, {"token": []}], "parameters": [_CUSTOMER, *asked], **body,
        "responses": {"200": {"description": answer, "content": _json(schema)}, **_REFUSALS},
    }  # fmt: skip


def _json(schema: Described) -> Described:
    return {"application/json": {"schema": schema}}


def _object(**fields: Described) -> Described:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list(name: str) -> Described:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


_ID: Described = {"type": "integer"}
_TEXT: Described = {"type": "string"}
_MOMENT: Described = {"type": "string", "format": "date-time"}
_MAYBE: Described = {"type": ["string", "null"], "format": "date-time"}
_UP_TO = _object(up_to=_ID | {"description": "The id of the last message that was read."})
_CUSTOMER: Described = {
    "name": "customer", "in": "query", "schema": _TEXT | {"format": "email"},
    "description": "Whose they are, by the key. The token says it by itself.",
}  # fmt: skip
_LANGUAGE: Described = {
    "name": "language", "in": "query", "schema": _TEXT | {"enum": ["en", "fr"]},
    "description": "Of the page that shows it; without it the customer's own, else the shop's.",
}  # fmt: skip
_OFFER_ID: Described = {"name": "id", "in": "path", "required": True, "schema": _ID}

_TOLD: dict[str, tuple[list[Described], str, Described]] = {
    "/api/v1/chat": (
        [], "Their latest messages, the oldest of them first.",
        _object(messages=_list("Chat"), unread=_ID, token=_TEXT),
    ),
    "/api/v1/chat/read": ([], "How many of them had not been read.", _object(read=_ID)),
    "/api/v1/offers": (
        [_LANGUAGE], "None or one: nobody holds two. Show it until it is no longer told.",
        _object(offers=_list("Offer"), token=_TEXT),
    ),
    "/api/v1/offers/{id}/seen": (
        [_OFFER_ID], "`new` is false when it was known; saying it again changes nothing.",
        _object(seen={"type": "boolean"}, new={"type": "boolean"}),
    ),
}  # fmt: skip

SCHEMAS: Described = {
    "Chat": _object(id=_ID, text=_TEXT, sent_at=_MOMENT, read_at=_MAYBE),
    "Offer": _object(
        id=_ID, title=_TEXT, text=_TEXT, image=_TEXT, code=_TEXT, terms=_TEXT, ends_at=_MAYBE, granted_at=_MOMENT,
        seen_at=_MAYBE,
    ),
}  # fmt: skip
SCHEMES: Described = {
    "token": {
        "type": "http", "scheme": "bearer",
        "description": "For a customer's browser: the `token` that your server got with its key. It lives a day.",
    },
}  # fmt: skip
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REFUSALS: Described = {
    code: {"description": words, "content": _PROBLEM}
    for code, words in {
        "401": "Neither a key nor a token that is known",
        "404": "This shop has no such customer, or the customer no such offer",
        "422": "A field is not right; `field` names it",
        "429": "Too many requests in a minute; see Retry-After",
    }.items()
}
