"""Asks an HTTP/2 server over TLS by way of hyper-h2, and prints one line for each answer.

Its argument is the server's port. hyper-h2 fails whenever the server breaks a rule of RFC 9113.
"""

import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events


def connect(port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    plain = socket.create_connection(("localhost", port), timeout=20)
    secure = context.wrap_socket(plain, server_hostname="localhost")
    assert secure.selected_alpn_protocol() == "h2"
    return secure


class Answer:
    def __init__(self):
        self.hints = 0
        self.fields = {}
        self.body = b""
        self.trailers = []
        self.ended = False


class Client:
    def __init__(self, port):
        self.socket = connect(port)
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.answers = {}
        self.h2.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def ask(self, method, path, body=b"", trailers=None):
        """Sends a request as far as the server lets it, and returns its stream."""
        stream = self.h2.get_next_available_stream_id()
        self.answers[stream] = Answer()
        head = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)]
        self.h2.send_headers(stream, head, end_stream=not body)
        self.flush()
        while body:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if room == 0:
                self.receive()
                continue
            piece, body = body[:room], body[room:]
            self.h2.send_data(stream, piece, end_stream=not body and not trailers)
            self.flush()
        if trailers:
            self.h2.send_headers(stream, trailers, end_stream=True)
            self.flush()
        return stream

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the server has closed the connection")
        for event in self.h2.receive_data(data):
            self.note(event)
        self.flush()

    def note(self, event):
        if isinstance(event, h2.events.ConnectionTerminated):
            raise EOFError(f"GOAWAY {event.error_code}")
        if isinstance(event, h2.events.StreamReset):
            raise EOFError(f"RST_STREAM {event.error_code}")
        answer = self.answers.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.InformationalResponseReceived):
            answer.hints += 1
        elif isinstance(event, h2.events.ResponseReceived):
            answer.fields = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            answer.body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.TrailersReceived):
            answer.trailers = event.headers
        elif isinstance(event, h2.events.StreamEnded):
            answer.ended = True

    def answer(self, stream):
        while not self.answers[stream].ended:
            self.receive()
        return self.answers[stream]


def show(what, answer):
    body = answer.body.decode() if len(answer.body) < 100 else f"{len(answer.body)} bytes"
    trailers = "".join(f" {name}={value}" for name, value in answer.trailers)
    print(f"{what}: {answer.fields[':status']} {body}{trailers}")


def main(port):
    client = Client(port)
    show("get", client.answer(client.ask("GET", "/")))
    show("head", client.answer(client.ask("HEAD", "/")))
    show("upload", client.answer(client.ask("POST", "/count", b"x" * 3_000_000)))
    show("echo", client.answer(client.ask("POST", "/echo", b"y" * 300_000)))
    show("trailers", client.answer(client.ask("GET", "/trailers")))
    show("sent trailers", client.answer(client.ask("POST", "/sum", b"z", [("x-sum", "7")])))
    many = [client.ask("GET", "/") for _ in range(100)]
    print("at once:", sum(client.answer(stream).fields[":status"] == "200" for stream in many))


main(int(sys.argv[1]))
