"""Tries a Redis as authentik is going to use it, with the same variables. Runs inside authentik's own image.

Usage: try-redis.py [PASSWORD_FILE], which is left out for a Redis without passwords. Exit code 0 when it lets authentik in, else 1 and a line that says why not.
"""

import os
import socket
import ssl
import sys


def setting(name, default=""):
    return os.environ.get("AUTHENTIK_REDIS__" + name, default)


def encrypted(connection):
    """The connection within TLS; redis-py checks certificates and names in the same way."""
    context = ssl.create_default_context()
    if setting("TLS_REQS") != "required":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if setting("TLS_CA_CERT"):
        context.load_verify_locations(setting("TLS_CA_CERT"))
    return context.wrap_socket(connection, server_hostname=setting("HOST"))


def ask(stream, *words):
    """Sends a command. Whatever Redis answers but a plain yes ends the program."""
    encoded = [word.encode() for word in words]
    stream.write(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded))
    stream.flush()
    answer = stream.readline().decode().strip()
    if answer == "":
        raise ConnectionResetError
    if not answer.startswith("+"):
        sys.exit("%s: %s" % (words[0], answer.lstrip("-")))


def main():
    password = None
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as file:
            password = file.read().strip()
    user = setting("USERNAME")
    try:
        with socket.create_connection((setting("HOST"), int(setting("PORT"))), timeout=10) as connection:
            wrapped = encrypted(connection) if setting("TLS") == "true" else connection
            stream = wrapped.makefile("rwb")
            if password is not None:
                ask(stream, "AUTH", *([user] if user else []), password)
            ask(stream, "SELECT", setting("DB"))
            ask(stream, "PING")
    except ConnectionResetError:
        hint = "" if setting("TLS") == "true" else "; it may want TLS"
        sys.exit("%s:%s closed the connection%s" % (setting("HOST"), setting("PORT"), hint))
    except OSError as error:
        sys.exit("connecting to %s:%s: %s" % (setting("HOST"), setting("PORT"), error))


main()
