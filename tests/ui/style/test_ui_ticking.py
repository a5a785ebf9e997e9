"""What ticks stands alone in its container: Streamlit may draw a tick over the neighbour that follows it."""

from __future__ import annotations

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from tests.ui.conftest import running_events


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[ForwardMsg]:
    """The messages to the browser, in their order."""
    messages: list[ForwardMsg] = []
    monkeypatch.setattr(ForwardMsgQueue, "_before_enqueue_msg", messages.append)
    return messages


@pytest.mark.parametrize("reattached", [True, False])
def test_nothing_follows_what_ticks_in_its_container(
    empty, open_page, sent: list[ForwardMsg], reattached: bool
) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    assert not open_page(**({"run": run.run_id} if reattached else {})).exception
    drawn = [message for message in sent if message.HasField("delta")]
    ticks = {message.auto_rerun.fragment_id for message in sent if message.HasField("auto_rerun")}
    assert ticks
    ticking = [tuple(message.metadata.delta_path) for message in drawn if message.delta.fragment_id in ticks]
    place = min(ticking, key=len)
    assert all(path[: len(place)] == place for path in ticking)
    neighbours = {tuple(message.metadata.delta_path)[: len(place)] for message in drawn} - {place}
    assert not [path for path in neighbours if path[:-1] == place[:-1]]
    # A container of the page itself, whose messages no tick drops, and the form after it.
    assert place[:-1] in {tuple(message.metadata.delta_path) for message in drawn if not message.delta.fragment_id}
    assert max(tuple(message.metadata.delta_path) for message in drawn) > place
