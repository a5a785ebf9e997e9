"""Tells a WebSocket why it is refused: a message in the form of problem documents, and a close code of its status."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, WebSocket
from fastapi.exceptions import WebSocketRequestValidationError

from technic_scanner.api.problems import bad_fields, document_of_invalid
from technic_scanner.api.security import chosen_subprotocol

WS_FAILED = 1011
# Statuses below 500 are close codes from 4000 on.
_WS_MIRROR = 4000


async def refuse(websocket: WebSocket, problem: dict[str, Any]) -> None:
    """Send a problem document over an accepted socket, and close it."""
    await websocket.send_text(json.dumps({"type": "error"} | problem | {"type": "error"}))
    status = problem["status"]
    await websocket.close(_WS_MIRROR + status if status < 500 else WS_FAILED, problem["code"])


def install(app: FastAPI) -> None:
    """Register what is told to sockets with invalid parameters; by itself FastAPI answers their handshake with 403."""
    app.add_exception_handler(WebSocketRequestValidationError, _on_invalid_parameters)


async def _on_invalid_parameters(websocket: WebSocket, error: Exception) -> None:
    assert isinstance(error, WebSocketRequestValidationError)
    await websocket.accept(subprotocol=chosen_subprotocol(websocket.scope))
    await refuse(websocket, document_of_invalid(bad_fields(error.errors()), websocket.url.path))
