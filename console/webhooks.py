"""``recourse webhooks``: the door at which acquirers say that there is news of an effect.

A notice is verified, told to its case, and answered, all within a second. While Temporal is
away the answer is an error, so that the acquirer brings it again; one that is about nothing of
ours is taken and dropped, for bringing it again would help nobody. Nothing of a notice is
logged, and nothing of it is believed.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from recourse.acquirers.errors import AcquirerMisconfigured
from recourse.acquirers.webhooks import LONGEST_BODY, Arrived, Verifier, WebhookRefused
from worker.settings import Settings, SettingsError
from workflows.desk import Desk, NobodyAnswers

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
RETRY_AFTER = 5
"""Seconds an acquirer is asked to wait before it brings a notice again."""


def verifiers(settings: Settings) -> dict[str, Verifier]:
    """By acquirer: how its notices are verified. Raises SettingsError."""
    found: dict[str, Verifier] = {}
    for name, webhook in settings.webhooks.items():
        acquirer = settings.acquirers.get(name)
        if acquirer is None:
            raise SettingsError(f"RECOURSE_WEBHOOKS.{name}: is no acquirer of RECOURSE_ACQUIRERS")
        try:
            found[name] = acquirer.verifier([s.get_secret_value() for s in webhook.secrets])
        except ValueError as error:
            raise SettingsError(f"RECOURSE_WEBHOOKS.{name}.secrets: {error}") from None
        except AcquirerMisconfigured as error:
            raise SettingsError(f"RECOURSE_ACQUIRERS.{name}: {error}") from None
    return found


def create_app(
    desk: Desk,
    verify: Mapping[str, Verifier],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The door. ``verify`` is by acquirer."""
    app = FastAPI(openapi_url=None)
    counts: Counter[str] = Counter()

    def answer(status: int, what: str, headers: Mapping[str, str] | None = None) -> Response:
        counts[what] += 1
        return JSONResponse({"status": what}, status, headers=dict(headers or {}))

    @app.get("/health")
    async def health() -> dict[str, int]:
        """How many notices came to what end since the start."""
        return dict(counts)

    @app.post("/webhooks/{acquirer}")
    async def notice(acquirer: str, request: Request) -> Response:
        known = verify.get(acquirer)
        if known is None:
            return answer(404, "no_such_acquirer")
        body = await _body(request)
        if body is None:
            return answer(413, "too_large")
        try:
            effect = request.query_params.get("effect", "")
            hint = known(Arrived(request.headers, body, clock(), effect))
        except WebhookRefused as refused:
            logger.warning("a notice of %s is refused: %s", acquirer, refused)
            return answer(401, "refused")
        if not hint.case_id:
            return answer(200, "not_ours")
        try:
            told = await desk.heard(hint.case_id, hint)
        except NobodyAnswers as away:
            logger.warning("a notice of %s is to be brought again: %s", acquirer, away)
            return answer(503, "again_later", {"Retry-After": str(RETRY_AFTER)})
        return answer(200, "told" if told else "no_such_case")

    return app


async def _body(request: Request) -> bytes | None:
    """The body as it came; None when it is longer than any notice, however long it says it
    is."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > LONGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    return bytes(body)


async def serve(app: FastAPI, port: int, say: Callable[[str], None]) -> None:
    """Listen until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        app, host=HOST, port=port, log_level="warning", access_log=False, lifespan="off", ws="none"
    )
    say(f"hearing acquirers on http://{HOST}:{port}/webhooks/NAME")
    await uvicorn.Server(config).serve()
