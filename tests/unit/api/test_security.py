"""Tokens, hosts and origins, one rule at a time."""

from __future__ import annotations

import hashlib

import pytest

from technic_scanner.api.security import TokenBook, _host_name, _same_place
from technic_scanner.errors import ConfigError
from technic_scanner.settings import is_loopback, require_safe_binding

SECRET = "correct horse battery"
DIGEST = hashlib.sha256(SECRET.encode()).hexdigest()


def test_tokens_in_clear_and_as_digests_open_for_their_owner() -> None:
    book = TokenBook([f"ann:{SECRET}", f"bob:sha256:{hashlib.sha256(b'another long secret').hexdigest()}"])
    assert book
    assert book.owner_of(SECRET) == "ann"
    assert book.owner_of("another long secret") == "bob"
    assert book.owner_of(DIGEST) is None
    assert book.owner_of("") is None
    assert book.owner_of("\udcff") is None


def test_a_name_may_have_two_tokens_while_one_is_replaced() -> None:
    book = TokenBook([f"ann:{SECRET}", "ann:a-newer-longer-secret"])
    assert book.owner_of(SECRET) == book.owner_of("a-newer-longer-secret") == "ann"


def test_the_clear_text_is_not_kept() -> None:
    book = TokenBook([f"ann:{SECRET}"])
    assert SECRET.encode() not in b"".join(token.digest for token in book._tokens)
    assert SECRET not in repr(book._tokens)


def test_every_bad_entry_is_named_and_none_is_quoted() -> None:
    entries = ["no-colon-at-all-here", "ann:short", "bob:sha256:xyz", "ex/am:ple-of-a-bad-name-1", f"eve:{SECRET}"]
    with pytest.raises(ConfigError) as caught:
        TokenBook(entries)
    assert [problem.field for problem in caught.value.problems] == [f"api_tokens[{index}]" for index in range(4)]
    assert not any(entry in str(caught.value) for entry in ("no-colon", "short", "xyz"))


def test_no_entries_mean_no_tokens() -> None:
    assert not TokenBook([])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"])
def test_loopback_needs_no_tokens(host: str) -> None:
    assert is_loopback(host)
    require_safe_binding(host, ())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "example.org", "::ffff:10.0.0.1"])
def test_anything_else_needs_tokens(host: str) -> None:
    with pytest.raises(ConfigError, match="TECHNIC_API_TOKENS"):
        require_safe_binding(host, ())
    require_safe_binding(host, [f"ann:{SECRET}"])


@pytest.mark.parametrize(
    ("header", "name"),
    [("Example.org:80", "example.org"), ("[::1]:8501", "::1"), ("[::1]", "::1"), ("localhost", "localhost"), ("", "")],
)
def test_host_names_are_read_without_port(header: str, name: str) -> None:
    assert _host_name(header) == name


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("https://scan.example.org", "scan.example.org", True),
        ("https://scan.example.org", "scan.example.org:443", True),
        ("HTTP://LOCALHOST:8501", "localhost:8501", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://localhost:8501", "localhost:8502", False),
        ("http://localhost", "localhost:8501", False),
        ("https://evil.test", "localhost:8501", False),
        ("http://localhost:8501.evil.test", "localhost:8501", False),
        ("http://localhost:8501@evil.test", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "localhost:8501", False),
        ("file://", "", False),
        ("http://localhost:99999", "localhost:8501", False),
    ],
)
def test_an_origin_is_ours_only_with_our_host_and_port(origin: str, host: str, same: bool) -> None:
    assert _same_place(origin, host) is same
