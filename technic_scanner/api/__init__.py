"""REST, server-sent events and WebSocket over the run service."""
