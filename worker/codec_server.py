"""Decrypts payloads for Temporal's web pages and command line, on this machine only.

Whoever reaches it can read every case: it listens on 127.0.0.1, answers pages of the one
origin it is told, and runs only when it is asked for.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads

from worker.codec import DecryptionFailed, EncryptionCodec
from worker.keyring import Keyring, KeyringError, UnknownKey

HOST = "127.0.0.1"
LARGEST = 8 * 1024 * 1024
"""Bytes of one request: more than a page of history holds."""


def create_app(keyring: Keyring, origin: str) -> FastAPI:
    """``origin`` is where the pages come from; browsers refuse the answer to any other."""
    codec = EncryptionCodec(keyring)
    app = FastAPI(title="Recourse codec", docs_url=None, redoc_url=None, openapi_url=None)
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Headers": "content-type,x-namespace,authorization",
        "Access-Control-Allow-Methods": "POST",
        "Vary": "Origin",
    }

    @app.middleware("http")
    async def only_ours(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        asking = request.headers.get("origin")
        if asking is not None and asking != origin:
            return Response(status_code=403)
        response = await answer(request)
        response.headers.update(headers)
        return response

    @app.options("/decode")
    async def preflight() -> Response:
        return Response(status_code=204)

    @app.post("/decode")
    async def decode(request: Request) -> Response:
        body = await request.body()
        if len(body) > LARGEST:
            return Response("too large", status_code=413)
        try:
            given = json_format.Parse(body, Payloads())
            decoded = await codec.decode(list(given.payloads))
        except json_format.ParseError:
            return Response("not a list of payloads", status_code=400)
        except (DecryptionFailed, UnknownKey) as error:
            return Response(str(error), status_code=422)
        text = json_format.MessageToJson(Payloads(payloads=decoded))
        return Response(text, media_type="application/json")

    return app


async def serve(keyring: Keyring, port: int, origin: str) -> None:
    config = uvicorn.Config(
        create_app(keyring, origin), host=HOST, port=port, log_level="warning", lifespan="off"
    )
    await uvicorn.Server(config).serve()


def main() -> int:
    parser = argparse.ArgumentParser(prog="worker.codec_server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keyring", type=Path, required=True)
    parser.add_argument("--origin", required=True, help="e.g. http://127.0.0.1:8233")
    options = parser.parse_args()
    try:
        keyring = Keyring.load(options.keyring)
    except KeyringError as error:
        print(f"codec server: {error}", file=sys.stderr)
        return 2
    asyncio.run(serve(keyring, options.port, options.origin))
    return 0


if __name__ == "__main__":
    sys.exit(main())
