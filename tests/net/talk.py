"""A long-lived TCP connection.

    talk.py serve ADDRESS PORT     sends back what it gets, to one client after the other
    talk.py ask ADDRESS PORT       a number every 20 ms; for each that comes back a line: Unix time and the number
"""
import select
import socket
import sys
import time

EVERY = 0.02


def serve(address):
    server = socket.create_server(address, family=socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    while True:
        client, _ = server.accept()
        while data := client.recv(4096):
            client.sendall(data)


def ask(address):
    connection = socket.create_connection(address)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    number, rest, due = 0, b"", time.monotonic()
    while True:
        now = time.monotonic()
        if now >= due:
            connection.sendall(b"%d\n" % number)
            number, due = number + 1, due + EVERY
        if select.select([connection], [], [], max(0, due - now))[0]:
            data = connection.recv(4096)
            if not data:
                sys.exit("the connection was closed")
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                print(f"{time.time():.6f} {line.decode()}", flush=True)


{"serve": serve, "ask": ask}[sys.argv[1]]((sys.argv[2], int(sys.argv[3])))
