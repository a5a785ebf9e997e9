"""The HTTP interface of the run service: REST, server-sent events and WebSocket."""
