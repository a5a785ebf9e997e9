"""Writes what is new in the runs of a schedule as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from technic_scanner.domain.alert import Message
from technic_scanner.version import VERSION

_ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One run: its message, when it ended, and where its document is."""

    run_id: str
    ended_at: datetime
    message: Message
    address: str


def atom(schedule_id: str, name: str, own_address: str, entries: Sequence[FeedEntry], created_at: datetime) -> bytes:
    """Return the feed, newest entry first; it changes with its entries only."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _text(root, "id", f"urn:technic-scanner:schedule:{schedule_id}")
    _text(root, "title", f"New in {name}")
    _text(root, "updated", max((entry.ended_at for entry in entries), default=created_at).isoformat())
    _text(_part(root, "author"), "name", "Technic Scanner")
    _part(root, "generator", version=VERSION).text = "Technic Scanner"
    _part(root, "link", rel="self", href=own_address, type=MEDIA_TYPE)
    for entry in entries:
        item = _part(root, "entry")
        # Of the run alone: a reader that has seen it does not show it again.
        _text(item, "id", f"urn:technic-scanner:run:{entry.run_id}")
        _text(item, "title", entry.message.title)
        _text(item, "updated", entry.ended_at.isoformat())
        _part(item, "link", rel="alternate", href=entry.address)
        _part(item, "content", type="text").text = _readable(entry.message.text)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _part(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)


def _text(parent: ET.Element, name: str, text: str) -> None:
    _part(parent, name).text = _readable(text)


def _readable(text: str) -> str:
    """Return the text without characters that XML cannot hold."""
    return "".join(letter if letter in "\t\n" or " " <= letter not in "\ufffe\uffff" else "\ufffd" for letter in text)
