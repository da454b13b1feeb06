"""Asks outposts what devices ask them, in LDAP and RADIUS, and the server whether an outpost is connected to it. A part of
probe.py; the checks are those of checks.ts, and each function says what keeps one from holding, or None.

The few bytes of both protocols are here, so that nothing depends on the packages in the image of a release.
"""

import datetime
import hashlib
import io
import ipaddress
import os
import socket
import time
import urllib.parse

from existing import Api, Refused

started = time.time()

# To answer, an outpost runs a flow of authentik, which takes seconds on a busy machine.
patience = 15


def ldap(check):
    """Binds with the application's own account, and finds one whom only those find who may search the whole directory."""
    account = check["account"]
    password = read(check["secret"])
    whole, never, zero, no = ber(10, b"\2"), ber(10, b"\0"), ber(2, b"\0"), ber(1, b"\0")
    wanted = ber(0xA3, ber(4, b"cn"), ber(4, check["finds"].encode()))
    base = check["baseDn"].encode()
    try:
        with connected_to(check["url"], socket.SOCK_STREAM) as connection, connection.makefile("rb") as stream:
            name = f"cn={account},ou=users,".encode() + base
            connection.sendall(ldap_message(1, ber(0x60, ber(2, b"\3"), ber(4, name), ber(0x80, password))))
            code, _ = outcome(stream, 0x61)
            if code == 0:
                asked = (ber(4, base), whole, never, zero, zero, no, wanted, ber(0x30, ber(4, b"cn")))
                connection.sendall(ldap_message(2, ber(0x63, *asked)))
                found, entries = outcome(stream, 0x65)
                connection.sendall(ldap_message(3, ber(0x42)))
    except (OSError, ValueError) as error:
        return f"no answer ({error})"
    if code != 0:
        return refused_bind(check, code)
    if found != 0:
        return f"answered a search with {result(found)}"
    return None if entries > 0 else f"lets {account} in, who does not find {check['finds']} and may not search all"


def refused_bind(check, code):
    """Why a bind is refused; None where authentik's policies say so, which the configuration leaves to authentik."""
    if code == 49:
        cause = "authentik has another password for it, or its flow asks for more than a password"
    elif code == 50 and not may_enter(check):
        if check["mayBeDenied"]:
            return None
        cause = "authentik's policies keep it out of the application"
    else:
        cause = "the outpost does not know this directory yet, or does not reach authentik"
    return f"answered the bind of {check['account']} with {result(code)}: {cause}"


def may_enter(check):
    """Whether authentik lets the account into the application; true where that cannot be asked."""
    api = Api(check["server"], check["token"])
    try:
        named = urllib.parse.urlencode({"username": check["account"]})
        pk = api("GET", f"core/users/?{named}", seconds=0)["results"][0]["pk"]
        access = f"core/applications/{check['application']}/check_access/?for_user={pk}"
        return api("GET", access, seconds=0)["passing"]
    except (Refused, LookupError):
        return True


def result(code):
    names = {1: "operations error", 32: "no such object", 49: "invalid credentials", 50: "insufficient access rights"}
    return f"{code} ({names[code]})" if code in names else str(code)


def ldap_message(number, operation):
    return ber(0x30, ber(2, bytes([number])), operation)


def ber(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes(4, "big")
    return bytes([tag, 0x84]) + length + content


def element(stream):
    """Tag and content of the next element."""
    tag, size = stream.read(1), stream.read(1)
    if not size:
        raise ValueError("the connection was ended")
    length = size[0] if size[0] < 128 else int.from_bytes(stream.read(size[0] - 128), "big")
    return tag[0], stream.read(length)


def outcome(stream, last):
    """The code with which an operation ends, and how many messages came before."""
    before = 0
    while True:
        message = io.BytesIO(element(stream)[1])
        element(message)
        tag, operation = element(message)
        if tag == last:
            return int.from_bytes(element(io.BytesIO(operation))[1], "big"), before
        before += 1


def radius(check):
    """Asks for a user that there is not: the refusal is signed with the shared secret. An outpost tells its applications
    apart by the address that asks, so it is one of those that this address belongs to."""
    said = "no answer"
    try:
        with connected_to(check["url"], socket.SOCK_DGRAM) as connection:
            own = ipaddress.ip_address(connection.getsockname()[0])
            asked = [
                one
                for one in check["clients"]
                # authentik takes any address of a network for all of it.
                if any(own in ipaddress.ip_network(net, strict=False) for net in one["networks"])
            ]
            secrets = [read(one["secret"]) for one in asked]
            for secret in secrets:
                request = access_request(secret)
                connection.send(request)
                try:
                    answer = connection.recv(4096)
                except TimeoutError:
                    continue
                if any(is_signed(answer, request, one) for one in secrets):
                    return None
                said = "answered with another shared secret than the configuration's"
    except OSError as error:
        return f"no answer ({error})"
    return f"{said}: it may not have read its configuration since that changed" if asked else None


def access_request(secret):
    """An Access-Request of RFC 2865, with the Message-Authenticator of RFC 2869."""
    authenticator = os.urandom(16)
    hidden = bytes(a ^ b for a, b in zip(os.urandom(16), md5(secret + authenticator)))
    attributes = b"".join(
        bytes([kind, len(value) + 2]) + value
        for kind, value in ((1, b"authentik-stack-proof"), (2, hidden), (32, b"authentik-stack"), (80, bytes(16)))
    )
    packet = b"\1" + os.urandom(1) + (20 + len(attributes)).to_bytes(2, "big") + authenticator + attributes
    return packet[:-16] + hmac_md5(secret, packet)


def is_signed(answer, request, secret):
    """Whether an answer to a request is of one who has the secret, by both of its authenticators."""
    if len(answer) < 20 or answer[0] not in (2, 3, 11) or answer[1] != request[1]:
        return False
    asked = answer[:4] + request[4:20] + answer[20:]
    at = 20
    while at + 2 <= len(answer) and answer[at + 1] >= 2:
        if answer[at] == 80:
            zeroed = asked[: at + 2] + bytes(16) + asked[at + 18 :]
            if hmac_md5(secret, zeroed) != answer[at + 2 : at + 18]:
                return False
        at += answer[at + 1]
    return answer[4:20] == md5(asked + secret)


def md5(data):
    # The protocol asks for it, also where the image allows it for nothing that has to be safe.
    return hashlib.md5(data, usedforsecurity=False).digest()


def hmac_md5(key, data):
    padded = (md5(key) if len(key) > 64 else key).ljust(64, b"\0")
    inner = md5(bytes(byte ^ 0x36 for byte in padded) + data)
    return md5(bytes(byte ^ 0x5C for byte in padded) + inner)


def connection(check):
    """Asks the server whether it heard from an outpost since the probe began: what it says of an earlier one stays for a
    while. It hears of each every ten seconds."""
    api = Api(check["url"], check["token"])
    try:
        instances = api.all("outposts/instances", name__iexact=check["outpost"])
        pk = next(one["pk"] for one in instances if one["name"] == check["outpost"])
        heard = [one["last_seen"] for one in api("GET", f"outposts/instances/{pk}/health/", seconds=0)]
    except StopIteration:
        return "is not in authentik"
    except Refused as error:
        return f"authentik {error}"
    if any(datetime.datetime.fromisoformat(seen).timestamp() >= started for seen in heard if seen):
        return None
    return "has no connection to authentik's server: look at its log, and whether it reaches the server's websocket"


def connected_to(url, kind):
    """A socket that leads to a URL."""
    parts = urllib.parse.urlsplit(url)
    family, _, _, _, address = socket.getaddrinfo(parts.hostname, parts.port, type=kind)[0]
    connected = socket.socket(family, kind)
    connected.settimeout(patience)
    try:
        connected.connect(address)
    except OSError:
        connected.close()
        raise
    return connected


def read(path):
    with open(path, "rb") as file:
        return file.read()
