"""A DNS server on this machine that answers from the zone files in tests/zones, over UDP and TCP."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone

ZONES = Path(__file__).parent / "zones"
_ROOM = 512  # bytes of an answer over UDP (RFC 1035 section 4.2.1); a longer one is asked for again over TCP


@dataclass
class DnsServer:
    """Where it listens, and what it was asked.

    Names below `silent.example` get no answer, those below `broken.example` an error.
    """

    zones: list[dns.zone.Zone]
    texts: Mapping[str, str] = field(default_factory=dict)  #: TXT records of this test alone
    asked: list[str] = field(default_factory=list)  #: "name kind", in their order
    port: int = 0

    @property
    def address(self) -> str:
        """As NEWSLETTER_DNS has it."""
        return f"127.0.0.1:{self.port}"

    def reply(self, wire: bytes, *, most: int) -> bytes | None:
        """The answer to a question, None for silence."""
        query = dns.message.from_wire(wire)
        name, kind = query.question[0].name, query.question[0].rdtype
        told = name.to_text(omit_final_dot=True).lower()
        self.asked.append(f"{told} {dns.rdatatype.to_text(kind)}")
        if told.endswith("silent.example"):
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA | dns.flags.AA
        if told.endswith("broken.example"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(answer, name, kind)
        wire = answer.to_wire()
        if len(wire) > most:
            answer.answer.clear()
            answer.flags |= dns.flags.TC
            wire = answer.to_wire()
        return wire

    def _fill(self, answer: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> None:
        own = self.texts.get(name.to_text(omit_final_dot=True).lower())
        if own is not None:
            if kind == dns.rdatatype.TXT:
                pieces = " ".join(f'"{own[at : at + 255]}"' for at in range(0, len(own), 255))
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", pieces))
            return
        zone = max(
            (one for one in self.zones if one.origin and name.is_subdomain(one.origin)),
            key=lambda one: len(one.origin.labels) if one.origin else 0,
            default=None,
        )
        if zone is None or not any(known.is_subdomain(name) for known in zone.nodes):
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return
        alias = zone.get_rdataset(name, dns.rdatatype.CNAME)
        if alias is not None and kind != dns.rdatatype.CNAME:
            answer.answer.append(_rows(name, alias))
            self._fill(answer, alias[0].target, kind)
            return
        found = zone.get_rdataset(name, kind)
        if found is not None:
            answer.answer.append(_rows(name, found))


def _rows(name: dns.name.Name, rows: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rows.ttl, list(rows))


@contextmanager
def dns_server(texts: Mapping[str, str] | None = None) -> Iterator[DnsServer]:
    """Running until the end of the `with`. texts: TXT records by name, in place of what the zones hold."""
    zones = [
        dns.zone.from_file(str(path), origin=path.stem, relativize=False, check_origin=True)
        for path in sorted(ZONES.glob("*.zone"))
    ]
    server = DnsServer(zones, texts or {})
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        server.port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", server.port))
        threads = [
            threading.Thread(target=_by_datagram, args=(server, udp), daemon=True),
            threading.Thread(target=_by_stream, args=(server, tcp), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            udp.sendto(b"", ("127.0.0.1", server.port))  # wakes the thread, which then ends
            tcp.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(60)


def _by_datagram(server: DnsServer, udp: socket.socket) -> None:
    while True:
        wire, visitor = udp.recvfrom(4096)
        if not wire:
            return
        if (reply := server.reply(wire, most=_ROOM)) is not None:
            udp.sendto(reply, visitor)


def _by_stream(server: DnsServer, tcp: socket.socket) -> None:
    with suppress(OSError):
        while True:
            line, _ = tcp.accept()
            with line, suppress(OSError, struct.error):
                line.settimeout(60)
                (length,) = struct.unpack("!H", line.recv(2, socket.MSG_WAITALL))
                reply = server.reply(line.recv(length, socket.MSG_WAITALL), most=65535) or b""
                line.sendall(struct.pack("!H", len(reply)) + reply)
