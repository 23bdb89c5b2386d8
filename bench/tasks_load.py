#!/usr/bin/env python3
"""Many users of the tasks backend at a time, on PostgreSQL: no failure, and how long they wait.

    python3 bench/tasks_load.py path/to/tasks [users ...]
    BENCH_PYTHON=venv/bin/python python3 bench/tasks_load.py path/to/tasks 10

Starts the program with a database of its own (BENCH_POSTGRES, postgresql://postgres@127.0.0.1:5432 if unset) and a key
set served here, gives each user a token (signed by `openssl`), and lets all of them work at once without a pause:
lists, filters, new tasks, changes, ticks, deletions. Each user has one connection, as a browser would keep it.
Python's standard library only; `psql` and `openssl` must be there. The client shares the machine with the program.

With BENCH_PYTHON, `tasks_double.py` does the same on the same database, in turns with the program. That Python needs
`pip install fastapi==0.128.0 sqlmodel==0.0.31 sqlalchemy==2.0.45 'PyJWT[crypto]==2.10.1' uvicorn==0.40.0
psycopg2-binary==2.9.11`. Not with many users: it stalls when its pool of connections is used up.
"""

import asyncio
import base64
import collections
import http.server
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

POSTGRES = os.environ.get("BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
DATABASE = f"bench_tasks_{os.getpid()}"
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
# Of each user beside the double, so that both have lists of the same lengths.
ROUNDS = 150


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """An Ed25519 key, its set over HTTP, and tokens."""

    def __init__(self, folder):
        self.key = os.path.join(folder, "key.pem")
        self.folder = folder
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.key], check=True)
        public = ["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"]
        x = base64url(subprocess.run(public, check=True, capture_output=True).stdout[-32:])
        keys = {"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "bench", "x": x}]}
        body = json.dumps(keys).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, user):
        header = base64url(b'{"alg":"EdDSA","kid":"bench"}')
        claims = {"sub": user, "iat": int(time.time()), "exp": int(time.time()) + 3600}
        message = f"{header}.{base64url(json.dumps(claims).encode())}"
        path = os.path.join(self.folder, "message")
        with open(path, "w", encoding="ascii") as file:
            file.write(message)
        sign = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key, "-in", path]
        return f"{message}.{base64url(subprocess.run(sign, check=True, capture_output=True).stdout)}"


class User:
    """One connection, one request at a time."""

    def __init__(self, port, token, seen):
        self.port, self.token, self.seen = port, token, seen
        self.reader = self.writer = None

    async def call(self, kind, method, path, body=None, expect=200):
        text = json.dumps(body).encode() if body is not None else b""
        head = f"{method} /api/v1/tasks{path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        head += f"authorization: Bearer {self.token}\r\ncontent-length: {len(text)}\r\n\r\n"
        start = time.perf_counter()
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(head.encode() + text)
            answer = await self.reader.readuntil(b"\r\n\r\n")
            status = int(answer[9:12])
            length = 0
            for line in answer.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            content = await self.reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.seen.failed[f"{kind}: {type(error).__name__}"] += 1
            self.writer = None
            return None
        self.seen.times.append(time.perf_counter() - start)
        if status != expect:
            self.seen.failed[f"{kind}: {status}"] += 1
            return None
        return json.loads(content) if content else None

    async def work(self, until, rounds):
        task = {"title": "Buy milk", "priority": "High", "tags": ["home", "shop"], "due_date": "2030-01-02"}
        while time.perf_counter() < until and rounds > 0:
            rounds -= 1
            await self.call("list", "GET", "")
            made = await self.call("create", "POST", "", task, 201)
            await self.call("filter", "GET", "?tag=home&completed=false")
            if made is None:
                continue
            one = f"/{made['id']}"
            await self.call("change", "PUT", one, {"title": "Buy bread", "priority": "Low", "tags": []})
            await self.call("tick", "PATCH", f"{one}/complete", {})
            await self.call("list", "GET", "?sort=due_date")
            # Every third task stays, so that the lists grow as they do in life.
            if made["id"] % 3:
                await self.call("delete", "DELETE", one, None, 204)


class Seen:
    def __init__(self):
        self.times, self.failed = [], collections.Counter()


async def run(port, tokens, rounds):
    seen = Seen()
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(User(port, token, seen).work(until, rounds) for token in tokens))
    return seen


def psql(statement, database="postgres"):
    subprocess.run(["psql", "-q", "-d", f"{POSTGRES}/{database}", "-c", statement], check=True)


def start(program, issuer, folder):
    log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
    environment = {
        "DATABASE_URL": f"{POSTGRES}/{DATABASE}", "BETTER_AUTH_URL": issuer.url, "HOST": "127.0.0.1", "PORT": "0",
        "LOG_FORMAT": "text", "PATH": os.environ["PATH"],
    }
    process = subprocess.Popen([program], env=environment, cwd=folder, stderr=log)
    for _ in range(300):
        with open(log.name, encoding="utf-8") as file:
            found = file.read().partition("serves on http://127.0.0.1:")[2]
        if found:
            return process, int("".join(character for character in found[:5] if character.isdigit()))
        time.sleep(0.1)
    sys.exit("the program does not listen")


def start_double(python, issuer):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": f"{POSTGRES}/{DATABASE}", "BETTER_AUTH_URL": issuer.url}
    here = os.path.dirname(os.path.abspath(__file__))
    command = [python, "-m", "uvicorn", "tasks_double:app", "--port", str(port), "--log-level", "error", "--app-dir", here]
    process = subprocess.Popen(command, env=environment)
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, port
        time.sleep(0.1)
    sys.exit("the double does not listen")


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name, process, port, tokens, rounds):
    """Prints what `tokens` users saw, and returns how much was done per CPU second, and whether anything failed."""
    before, began = cpu_seconds(process), time.perf_counter()
    seen = asyncio.run(run(port, tokens, rounds))
    took, used = time.perf_counter() - began, cpu_seconds(process) - before
    times = sorted(seen.times)
    at = [times[int(len(times) * share)] * 1000 for share in (0.5, 0.95, 0.99)]
    rate = len(times) / used
    print(
        f"{name}, {len(tokens)} users: {len(times)} calls in {took:.1f} s, {len(times) / took:.0f}/s, {rate:.0f} per CPU "
        f"second of the program; p50 {at[0]:.0f} ms, p95 {at[1]:.0f} ms, p99 {at[2]:.0f} ms; failed: {dict(seen.failed) or 'none'}",
        flush=True,
    )
    return rate, bool(seen.failed)


def main():
    program, counts = sys.argv[1], [int(count) for count in sys.argv[2:]] or [10, 100, 1000]
    python = os.environ.get("BENCH_PYTHON")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    failed, servers = False, {}
    with tempfile.TemporaryDirectory() as folder:
        issuer = Issuer(folder)
        tokens = [issuer.token(f"user-{number}") for number in range(max(counts))]
        psql(f"CREATE DATABASE {DATABASE}")
        try:
            servers["tasks"] = start(os.path.abspath(program), issuer, folder)
            if python:
                servers["double"] = start_double(python, issuer)
            for count in counts:
                rates = {}
                for name, (process, port) in servers.items():
                    # The same start for each: no lists that the other has made longer.
                    psql("DELETE FROM tasks", DATABASE)
                    rates[name], has_failed = measure(name, process, port, tokens[:count], ROUNDS if python else sys.maxsize)
                    failed |= has_failed
                if python:
                    print(f"{rates['tasks'] / rates['double']:.0f} times as much per CPU second")
        finally:
            for process, _ in servers.values():
                process.terminate()
                process.wait()
            psql(f"DROP DATABASE {DATABASE}")
    sys.exit(failed)


main()
