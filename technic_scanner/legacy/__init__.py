"""The forms of the earlier API: tuple result, five-argument callback, metrics dict."""
