#!/usr/bin/env python3
"""Median time from exec to the first 200, and the resident memory after it. start.py BINARY [RUNS] [VAR=VALUE ...]"""
import http.client, os, signal, socket, statistics, subprocess, sys, tempfile, time
binary, runs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 15
extra = dict(v.split("=", 1) for v in sys.argv[3:])
def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0)); return s.getsockname()[1]
def once(directory):
    port = free_port()
    env = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", **extra}
    began = time.perf_counter()
    child = subprocess.Popen([binary], cwd=directory, env=env, stderr=subprocess.DEVNULL)
    while True:
        try:
            c = http.client.HTTPConnection("127.0.0.1", port); c.request("GET", "/openapi.json")
            r = c.getresponse(); r.read()
            if r.status == 200: break
            raise SystemExit(r.status)
        except ConnectionRefusedError: time.sleep(0.0005)
    took = (time.perf_counter() - began) * 1000
    status = open(f"/proc/{child.pid}/status").read().splitlines()
    value = lambda name: int(next(l for l in status if l.startswith(name + ":")).split()[1])
    figures = took, value("VmRSS") / 1024, value("RssAnon") / 1024, value("RssFile") / 1024, value("Threads")
    child.send_signal(signal.SIGTERM); child.wait()
    return figures
with tempfile.TemporaryDirectory() as directory:
    print("first start, creates and seeds: %.1f ms" % once(directory)[0])
    rows = [once(directory) for _ in range(runs)]
    m = [statistics.median(c) for c in zip(*rows)]
    print("start to first 200: median %.1f ms, min %.1f, max %.1f over %d runs" % (m[0], min(r[0] for r in rows), max(r[0] for r in rows), runs))
    print("VmRSS %.1f MiB (anonymous %.1f, file %.1f), %d threads" % tuple(m[1:]))
