"""How long each page of the dashboard takes to be drawn, in a real Chromium that no debugger watches."""
