"""What the dashboard sends to a browser, read without one."""

from __future__ import annotations

from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

ANSWER_SECONDS = 120.0


@dataclass
class DrawnPage:
    """The theme's first colour, the titles, and what was drawn as an error."""

    light_primary: str = ""
    titles: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def take(self, element: Element) -> None:
        """Note what one element shows."""
        kind = element.WhichOneof("type")
        if kind == "heading" and element.heading.tag == "h1":
            self.titles.append(element.heading.body)
        elif kind == "exception":
            self.errors.append(element.exception.message)
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.errors.append(element.alert.body)


def draw(url: str, page: str) -> DrawnPage:
    """Open a page as a browser does and return what has come when its script has ended."""
    drawn = DrawnPage()
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    wanted = BackMsg()
    wanted.rerun_script.page_name = page
    with connect(address, origin=Origin(url), subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        socket.send(wanted.SerializeToString())
        while True:
            message = ForwardMsg.FromString(bytes(socket.recv(timeout=ANSWER_SECONDS, decode=False)))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                drawn.light_primary = message.new_session.custom_theme.light.primary_color
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                drawn.take(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return drawn
