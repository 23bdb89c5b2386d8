"""Writes query.json: random query strings, and what FastAPI 0.104.1 with Pydantic 2.11.7 answers.

    v/bin/python from_query.py 300 1 > query.json      # how many, seed; set up as for from_pydantic.py

The parameters are those of `Search` in src/validation/tests/models.rs. A line is [pairs, status, answer].
"""
import datetime as dt, json, random, sys, urllib.parse
from typing import Annotated, List, Literal, Optional
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import Field

app = FastAPI()


@app.get("/")
async def search(
    q: Annotated[str, Query(min_length=2, max_length=6)],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ratio: Annotated[Optional[float], Query(gt=0)] = None,
    flag: Optional[bool] = None,
    day: Optional[dt.date] = None,
    ids: Annotated[List[Annotated[int, Field(le=1000)]], Query(max_length=3)] = [],
    size: Optional[Literal["s", "m"]] = None,
):
    day = day and day.isoformat()
    return {"q": q, "limit": limit, "ratio": ratio, "flag": flag, "day": day, "ids": ids, "size": size}


VALUES = ["", "1", "50", "100", "101", "0", "-1", " 5 ", "5_0", "+5", "05", "5.0", "5.", "1e2", "9" * 25, "yes", "OFF", " on", "true",
    "2020-01-01", "2020-01-01T00:00", "86400", "2020-1-5", "s", "m", "null", "a", "milk", "🦀🦀", "1.5", "-0", "٣", "1_0.5"]
NAMES = ["q", "limit", "ratio", "flag", "day", "ids", "size", "other"]
LIKELY = {"q": ["milk", "🦀🦀"], "limit": ["5", "+5", "1_0"], "ratio": ["1.5", "2"], "flag": ["on", "0"], "day": ["2020-01-01", "86400"], "ids": ["1", "7.0"], "size": ["s", "m"]}
rnd = random.Random(int(sys.argv[2]))
client = TestClient(app, raise_server_exceptions=False)
lines = []
while len(lines) < int(sys.argv[1]):
    odd = rnd.choice([0.0, 0.2, 0.8])
    pairs = [["q", "milk"]] if rnd.random() < 0.7 else []
    for _ in range(rnd.randint(0, 5)):
        name = rnd.choice(NAMES)
        pairs.append([name, rnd.choice(VALUES if rnd.random() < odd else LIKELY.get(name, ["x"]))])
    answer = client.get("/?" + urllib.parse.urlencode([tuple(pair) for pair in pairs]))
    if answer.status_code != 500:
        lines.append(json.dumps([pairs, answer.status_code, answer.text], ensure_ascii=False))
print("[\n" + ",\n".join(lines) + "\n]")
