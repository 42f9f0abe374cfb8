"""The protocol below the questions: what a client sees when its request is refused while it is still sending, and what
becomes of requests whose end is uncertain."""
import contextlib
import re
import socket
import time

import pytest

from register import PATIENCE, REGISTRATION, registrations

SUBMISSIONS = f"/v1/submissions?theme={REGISTRATION}"
PIECE = b"x" * 65535 + b"\n"


def ask(register, head, pieces=(), pause=0):
    """Sends a request as it is and returns all that comes back, though sending may break off."""
    with socket.create_connection(("127.0.0.1", register.port), timeout=PATIENCE) as client:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall("\r\n".join([*head, "Host: x", "", ""]).encode())
            for piece in pieces:
                client.sendall(piece)
                time.sleep(pause)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while got := client.recv(65536):
                answer += got
    return answer.decode()


def statuses(answer):
    return [int(n) for n in re.findall(r"^HTTP/1.1 (\d+)", answer, re.MULTILINE)]


def chunks(piece, count):
    return [b"%x\r\n%s\r\n" % (len(piece), piece)] * count + [b"0\r\n\r\n"]


REFUSED = {"without a key": (f"POST {SUBMISSIONS}", None, "text/csv", 401),
           "of another department": (f"POST {SUBMISSIONS}", "tax", "text/csv", 403),
           "of an unknown theme": ("POST /v1/submissions?theme=no-such", "amr", "text/csv", 404),
           "of another media type": (f"POST {SUBMISSIONS}", "amr", "text/plain", 415),
           "by PUT": (f"PUT {SUBMISSIONS}", "amr", "text/csv", 405)}


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("refused", REFUSED)
def test_a_long_upload_that_is_refused_gets_its_answer(register, refused, is_chunked):
    line, department, kind, status = REFUSED[refused]
    head = [f"{line} HTTP/1.1", f"Content-Type: {kind}",
            "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {len(PIECE) * 200}"]
    if department:
        head.append(f"Authorization: Bearer {register.key(department)}")
    answer = ask(register, head, chunks(PIECE, 200) if is_chunked else [PIECE] * 200)
    assert statuses(answer) == [status] and "urn:credence:problem:" in answer


def test_a_slow_upload_that_is_refused_gets_its_answer(register):
    head = [f"POST {SUBMISSIONS} HTTP/1.1", "Content-Type: text/csv", "Content-Length: 120", "Connection: close"]
    assert statuses(ask(register, head, [b"0123456789"] * 12, pause=0.25)) == [401]


def test_a_long_file_that_is_refused_by_its_header_gets_its_answer(register):
    answer = register.post(REGISTRATION, b"no,such,column\n" + b"1,2,3\n" * 3_000_000, key=register.key("amr"))
    assert answer.status == 400 and answer.json["type"] == "urn:credence:problem:body-refused"


@pytest.mark.parametrize("framing", [["Content-Length: 20", "Content-Length: 5"],
                                     ["Content-Length: 20", "Transfer-Encoding: chunked"],
                                     ["Transfer-Encoding: gzip, chunked"]])
def test_a_body_whose_end_is_uncertain_is_refused_and_ends_the_connection(register, framing):
    body = registrations(3)
    head = [f"POST {SUBMISSIONS} HTTP/1.1", f"Authorization: Bearer {register.key('amr')}", "Content-Type: text/csv"]
    answer = ask(register, head + framing, chunks(body, 1) + [b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
    assert statuses(answer) == [400] and "urn:credence:problem:malformed" in answer
