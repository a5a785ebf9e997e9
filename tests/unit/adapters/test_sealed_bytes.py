"""What was sealed is unsealed unchanged, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.sealed_bytes import sealed, unsealed

MARK = b"MARK0001"


@given(st.binary(max_size=50))
def test_the_content_comes_back(content: bytes) -> None:
    found = unsealed(MARK, sealed(MARK, content))
    assert found is not None
    assert bytes(found) == content


@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_changed_bit_and_a_cut_are_noticed(content: bytes, data: st.DataObject) -> None:
    stored = sealed(MARK, content)
    place = data.draw(st.integers(0, 8 * len(stored) - 1))
    damaged = bytearray(stored)
    damaged[place // 8] ^= 1 << place % 8
    assert unsealed(MARK, bytes(damaged)) is None
    assert unsealed(MARK, stored[: data.draw(st.integers(0, len(stored) - 1))]) is None


def test_another_mark_is_not_ours() -> None:
    assert unsealed(b"MARK0002", sealed(MARK, b"content")) is None
