"""The bundled sample source."""
