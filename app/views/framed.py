"""A mail in a frame: it runs nothing, knows nothing of the page around it and loads only our pictures."""

from __future__ import annotations

from flask import Response, request

from app.emails.addresses import base_url

POPUPS = "allow-popups allow-popups-to-escape-sandbox"


def framed(html: str, links_open: bool = False) -> Response:
    """Return the document under its own policy; with `links_open` its links open in a new tab."""
    pictures = f"img-src {base_url()} {request.host_url.rstrip('/')} data:"
    sandbox = f"sandbox {POPUPS}" if links_open else "sandbox"
    policy = ("default-src 'none'", pictures, "style-src 'unsafe-inline'", "frame-ancestors 'self'", sandbox)
    if links_open:
        html = html.replace("<head>", '<head><base target="_blank">', 1)
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = "; ".join(policy)
    return response
