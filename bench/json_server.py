"""The collections backend beside json-server 0.17.4 and 1.0.0-beta.15, in requests per CPU second of the server.

    python3 json_server.py path/to/collections path/to/node_modules

The second directory holds the originals, installed by
`npm install json-server-v0@npm:json-server@0.17.4 json-server-v1@npm:json-server@1.0.0-beta.15 --force`.
Every server runs with 10,000 records; what it has used is read from /proc before and after. One client that waits
for each answer measures mostly how the system wakes two processes in turn, so reads are also measured with 16
connections that `wrk` (a package of that name) keeps busy. Then the backend alone runs with 1,000,000: how long
loading takes, the greatest resident memory, and the same requests again.
"""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()
MILLION = int(os.environ.get("BENCH_RECORDS", "1000000"))


def record(number, text):
    return {
        "id": str(number) if text else number,
        "title": f"{WORDS[number % 10]} {number}",
        "views": number * 7919 % 100_003,
        "published": number % 2 == 0,
        "category": f"c{number % 100}",
        "body": "lorem ipsum dolor sit amet " * 6,
    }


def write_file(path, count, text=True):
    with open(path, "w") as file:
        file.write('{"posts":[')
        for number in range(1, count + 1):
            file.write("," if number > 1 else "")
            json.dump(record(number, text), file)
        file.write("]}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid, which):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(which):
            return int(line.split()[1]) / 1024
    return 0.0


class Server:
    def __init__(self, name, command, environment, patience):
        self.name, self.port = name, free_port()
        command = [part.replace("PORT", str(self.port)) for part in command]
        log = open(os.devnull, "w")
        began = time.monotonic()
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
        self.connection = None
        while True:
            try:
                self.request("GET", "/posts/1")
                break
            except OSError:
                if time.monotonic() - began > patience or self.process.poll() is not None:
                    raise SystemExit(f"{name} does not answer")
                self.connection = None
                time.sleep(0.05)
        self.start = time.monotonic() - began

    def request(self, method, path, body=None):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        return self.send(self.connection, method, path, body)

    @staticmethod
    def send(connection, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()

    def rate(self, seconds, make, at_once=1):
        """Requests per CPU second of the server, and milliseconds per request as seen from outside."""
        self.connection = None  # node closes one that was not used for five seconds
        for number in range(3):
            self.request(*make(number))
        counts, until = [0] * at_once, time.monotonic() + seconds
        before, began = cpu_seconds(self.process.pid), time.monotonic()

        def work(worker):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
            while time.monotonic() < until:
                status, _ = self.send(connection, *make(3 + worker + counts[worker] * at_once))
                assert status in (200, 201), status
                counts[worker] += 1

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent, total = cpu_seconds(self.process.pid) - before, sum(counts)
        wall = (time.monotonic() - began) * 1000 * at_once / max(total, 1)
        return total / max(spent, 1 / TICKS), wall

    def busy_rate(self, seconds, path, count):
        """The same with 16 connections, each of which asks again at once, and in milliseconds that an answer takes."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(f"n = 0\nfunction request() n = n + 1; return wrk.format('GET', {path.format(count=count)}) end\n")
            script.flush()
            command = ["wrk", "-t1", "-c16", f"-d{max(1, round(seconds))}s", "-s", script.name, f"http://127.0.0.1:{self.port}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            before = cpu_seconds(self.process.pid)
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            spent = cpu_seconds(self.process.pid) - before
        assert "Non-2xx" not in told, told
        total, took = re.search(r"(\d+) requests in ([\d.]+)s", told).groups()
        return int(total) / max(spent, 1 / TICKS), float(took) * 1000 * 16 / int(total)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def page_of(dialect):
    return "_page=1&_limit=10" if dialect == "v0" else "_page=1&_per_page=10"


def requests(dialect, count):
    page = page_of(dialect)
    new = json.dumps({"title": "new", "views": 5, "published": True, "category": "c1"})
    return [
        ("get one", lambda n: ("GET", f"/posts/{n * 7919 % count + 1}"), 1),
        ("filtered page", lambda n: ("GET", f"/posts?category=c{n % 100}&{page}"), 1),
        ("create", lambda n: ("POST", "/posts", new), 16),
        ("filtered page after writes", lambda n: ("GET", f"/posts?category=c{n % 100}&{page}"), 1),
    ]


def measure(server, dialect, count, seconds):
    rows = {}

    def note(name, row):
        rows[name] = row
        print(f"{server.name:28} {name:28} {row[0]:10.0f} per CPU second {row[1]:9.3f} ms", flush=True)

    one, page = "'/posts/' .. (n * 7919 % {count} + 1)", f"'/posts?category=c' .. (n % 100) .. '&{page_of(dialect)}'"
    note("get one, busy", server.busy_rate(seconds, one, count))
    note("filtered page, busy", server.busy_rate(seconds, page, count))
    for name, make, at_once in requests(dialect, count):
        note(name, server.rate(seconds, make, at_once))
    return rows


def ours(program, dialect, file, patience=900):
    command = [program, "serve", str(file), "--port", "PORT", "--host", "127.0.0.1", "--dialect", dialect]
    return Server(f"collections {dialect}", command, {"LOG_LEVEL": "error"}, patience)


def main():
    program, modules = sys.argv[1], pathlib.Path(sys.argv[2])
    seconds = float(os.environ.get("BENCH_SECONDS", "4"))
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        few = {}
        for dialect in ("v0", "v1"):
            file = directory / f"few-{dialect}.json"
            write_file(file, 10_000, text=dialect == "v1")
            server = ours(program, dialect, file)
            time.sleep(1)
            print(f"{server.name}: idle {memory(server.process.pid, 'VmRSS'):.1f} MiB with 10,000 records", flush=True)
            few[dialect] = measure(server, dialect, 10_000, seconds)
            server.stop()
            entry = {"v0": "lib/cli/bin.js", "v1": "lib/bin.js"}[dialect]
            script = str(modules / f"json-server-{dialect}" / entry)
            theirs = directory / f"theirs-{dialect}.json"
            write_file(theirs, 10_000, text=dialect == "v1")
            more = ["--host", "127.0.0.1", "--quiet"] if dialect == "v0" else []
            environment = {} if dialect == "v0" else {"HOST": "127.0.0.1"}
            original = Server(f"json-server {dialect}", ["node", script, str(theirs), "--port", "PORT", *more], environment, 60)
            rows = measure(original, dialect, 10_000, seconds)
            original.stop()
            for name, (rate, _) in rows.items():
                print(f"  {name}: {few[dialect][name][0] / rate:.1f} times", flush=True)
        file = directory / "many.json"
        write_file(file, MILLION)
        server = ours(program, "v1", file)
        print(f"{MILLION} records: {server.start:.0f} s to the first answer, peak {memory(server.process.pid, 'VmHWM'):.0f} MiB")
        many = measure(server, "v1", MILLION, seconds)
        for name, (_, wall) in many.items():
            print(f"  {name}: {wall / few['v1'][name][1]:.2f} times as long as with 10,000")
        print(f"peak {memory(server.process.pid, 'VmHWM'):.0f} MiB")
        server.stop()


if __name__ == "__main__":
    main()
