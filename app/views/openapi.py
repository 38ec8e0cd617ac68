"""The description of the door, made from the very classes that check what comes through it."""

from __future__ import annotations

from typing import Any

from app.shops.facts import Reading
from app.views import openapi_reader

EXAMPLE = {
    "event": "checkout.started",
    "id": "cart-8d1f-3",
    "at": "2026-11-21T10:00:00Z",
    "customer": {"email": "ada@example.com", "first_name": "Ada", "locale": "en", "subscribed": True},
    "cart": {
        "token": "8d1f",
        "currency": "EUR",
        "checkout": True,
        "url": "https://shop.example.com/cart/8d1f",
        "items": [{"product": "mug-dune", "title": "Dune mug", "quantity": 1, "price": 2400}],
    },
}

OWN = {
    "event": "custom",
    "id": "points-2026-118",
    "name": "points-earned",
    "customer": {"email": "ada@example.com", "birthday": "1990-12-10"},
    "data": {"points": 500, "level": "gold"},
}
SHELF = {
    "event": "product.saved",
    "product": {"id": "mug-dune", "title": "Dune mug", "price": 1900, "currency": "EUR", "stock": 12},
}
PARCEL = {
    "event": "order.shipped",
    "order": {
        "token": "o-1042", "number": "1042", "currency": "EUR", "total": 2400, "tracking": "6A123",
        "url": "https://shop.example.com/orders/1042",
        "items": [{"product": "mug-dune", "title": "Dune mug", "quantity": 1, "price": 2400}],
    },
}  # fmt: skip
EXAMPLES = {
    "checkout": {"summary": "A checkout was begun", "value": EXAMPLE},
    "shelf": {
        "summary": "Stock and price of a product: back in stock, cheaper and low come from it",
        "value": SHELF,
    },
    "parcel": {"summary": "A parcel is on its way", "value": PARCEL},
    "own": {
        "summary": "Something of your own, which starts the automations that wait for this name",
        "value": OWN,
    },
}


def description(server: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the doors for shops at this server."""
    schema = Reading.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Relance", "version": "1", "description": _ABOUT},
        "servers": [{"url": server}],
        "paths": {"/api/v1/events": {"post": _operation()}, **openapi_reader.paths()},
        "components": {
            "schemas": {**parts, "Event": schema, "Problem": _PROBLEM, **openapi_reader.SCHEMAS},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, **openapi_reader.SCHEMES},
        },
    }


def _operation() -> dict[str, Any]:
    event = {"schema": {"$ref": "#/components/schemas/Event"}, "examples": EXAMPLES}
    refused = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers = {str(code): {"description": words, "content": refused} for code, words in _REFUSALS.items()}
    return {
        "summary": "Say that something happened in the shop",
        "security": [{"key": []}],
        "parameters": [_IDEMPOTENCY],
        "requestBody": {"required": True, "content": {"application/json": event}},
        "responses": {
            "202": {"description": "Stored, or known already. It is read within seconds."},
            **answers,
        },
    }


_ABOUT = (
    "Prices are whole minor units (cents). The same idempotency key is taken once, however often it is sent."
)
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 120},
    "description": "Names this delivery; without it the body's id, else the body's own hash.",
}
_REFUSALS = {
    400: "The body is not JSON that can be read",
    401: "The key is not known",
    413: "The body is larger than 1 MiB",
    422: "A field is not right; `field` names it",
    429: "Too many events in a minute; see Retry-After",
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
    },
}
