"""Security headers of every answer. A view that knows better sets its own; what it set stays."""

from flask import Response

from shared.web.edge import edge

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What a page may do unless it says otherwise: show itself with our own style sheets and pictures, no script."""


def secure(answer: Response) -> None:
    """Add what protects the person at the browser."""
    policy = PAGE_POLICY if answer.mimetype == "text/html" else API_POLICY
    answer.headers.setdefault("Content-Security-Policy", policy)
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Cache-Control", "no-store")
    if edge().settings.public_url.startswith("https:"):
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
