"""Writes recorded.json: the distinct bodies that the originals refused, with their answers.

    python from_recordings.py RECORDINGS_FOLDER > recorded.json

A line is [backend, method, path, content type, body, answer].
"""
import json, pathlib, sys

lines, seen = [], set()
for backend in ["notes", "tasks", "patients"]:
    har = json.loads((pathlib.Path(sys.argv[1]) / f"{backend}.har").read_text())
    for entry in har["log"]["entries"]:
        request, response = entry["request"], entry["response"]
        if response["status"] != 422:
            continue
        types = [header["value"] for header in request["headers"] if header["name"].lower() == "content-type"]
        path = "/" + request["url"].split("/", 3)[3]
        body = request.get("postData", {}).get("text", "")
        answer = response["content"]["text"]
        key = (backend, request["method"], path, body, tuple(types))
        if key not in seen:
            seen.add(key)
            lines.append([backend, request["method"], path, types[0] if types else None, body, answer])
print("[\n" + ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n]")
