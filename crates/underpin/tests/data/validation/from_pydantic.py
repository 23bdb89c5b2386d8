"""Writes pydantic.json: random bodies, and what FastAPI 0.104.1 with Pydantic 2.11.7 answers.

    python -m venv v && v/bin/pip install fastapi==0.104.1 pydantic==2.11.7 httpx==0.27
    v/bin/python from_pydantic.py 300 3 > pydantic.json      # how many, seed
    v/bin/python from_pydantic.py schemas > schemas.json     # the components of its document

The models are those of src/validation/tests/models.rs. A line is [body, status, answer]; an accepted body is
answered with its coerced values, moments as UTC.
"""
import datetime as dt, enum, json, random, sys
from typing import Annotated, Any, Dict, List, Literal, Optional
from uuid import UUID
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field


class Color(enum.Enum):
    red = "red"
    green = "green"
    its = "it's"


class Point(BaseModel):
    x: Annotated[int, Field(ge=-10, le=10)]
    y: Annotated[float, Field(lt=100.5, allow_inf_nan=False)] = 0.0


class Tagged(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=8)]
    tags: Annotated[List[Annotated[str, Field(max_length=5)]], Field(max_length=3)] = []


class Node(BaseModel):
    name: str
    children: List["Node"] = []


class Everything(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=12)]
    count: Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
    small: Annotated[int, Field(ge=0, le=255)] = 0
    step: Optional[Annotated[int, Field(gt=0, multiple_of=3, le=2**63 - 1)]] = None
    ratio: Annotated[float, Field(gt=0, le=1e6, multiple_of=0.5, allow_inf_nan=False)] = 1.0
    flag: bool = False
    color: Color
    size: Literal["s", "m", "l"] = "s"
    level: Annotated[str, Field(pattern="^(low|high)$")] = "low"
    at: Optional[dt.datetime] = None
    day: Optional[dt.date] = None
    clock: Optional[dt.time] = None
    id: Optional[UUID] = None
    point: Optional[Point] = None
    points: Annotated[List[Point], Field(min_length=1, max_length=3)] = [Point(x=0)]
    tagged: Optional[Tagged] = None
    scores: Annotated[Dict[str, Annotated[int, Field(ge=0, le=2**32 - 1)]], Field(max_length=2)] = {}
    anything: Any = None
    tree: Optional[Node] = None


app = FastAPI()


def fraction(value):
    us = value.microsecond
    return "" if us == 0 else f".{us // 1000:03}" if us % 1000 == 0 else f".{us:06}"


def plain(value):
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(dt.timezone.utc)
        return value.strftime("%Y-%m-%dT%H:%M:%S").zfill(19) + fraction(value) + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.strftime("%H:%M:%S") + fraction(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


@app.post("/")
async def echo(body: Everything):
    return JSONResponse(plain(body.model_dump(exclude_unset=True)))


if sys.argv[1] == "schemas":
    json.dump(app.openapi()["components"]["schemas"], sys.stdout, indent=1, ensure_ascii=False)
    sys.exit()

STRINGS = ["", "a", "5", " 5 ", "5_0", "+5", "05", "5.0", "5.", "1e2", "-0", "9" * 25, "yes", "OFF", " on", "true", "red",
    "it's", "low", "s", "🦀🦀🦀", "x" * 13, "tab\t\"q\" \\ \u0007 \u007f é", "inf", "nan", "1.5", "1_0.5", "３", "low\n"]
NUMBERS = ["0", "1", "-1", "3", "-3", "2", "10", "11", "255", "256", "-0", "1.0", "-1.0", "0.5", "1.50", "-0.0", "0.0", "1e2",
    "1E22", "0.00001", "1e15", "1e16", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1e20", "4294967296", "100.5", "100.25",
    "1000000.5", "0.3", "4.2", "86399", "86400", "86400.5", "1768435200", "1768435200000", "1e11", "-1.5", "2e10", "1e-7"]
MOMENTS = ["2020-01-01T00:00:00Z", "2020-01-01", "2020-01-01 10:20", "2020-01-01T10:20:30.1234567", "2020-01-01T10:20:30.5+02:00",
    "2020-13-01", "2020-01-01T25:00", "2020-01-01T00:00:60Z", "2020-1-5", "2020-02-30", "2020/01/01", "10000-01-01", "0000-01-01",
    "0000-01-01T00:00:00", "2020-01-01T00:00:00+24:00", "2020-01-01T00:00:00.", "2020-01-01T00:00:00 Z", "2020-01-01t00:00:00z",
    " 2020-01-01", "20200101", "1768435200", "1768435200000", "-86400", "86400.0", "1.5", "99999999999999999999",
    "2020-01-01T00:00+05:00", "2020-01-01_00:00", "2020-01-01T00:00:00.000000", "2020-02-29", "2021-02-29", "2020-01-01T00:60",
    "2020-01-01T00:00:00-0530", "2020-01-01T1:00", "2020-01-01T", "２０20-01-01"]
CLOCKS = ["10:20", "10:20:30Z", "10:20:30+01:00", "25:00", "10:20:60", "10:20:30.1234567", "10:20:30.5", "1020", "24:00:00", "10:60",
    "10:20:30 ", "1:00:00"]
UUIDS = ["12345678-1234-5678-1234-567812345678", "12345678123456781234567812345678", "urn:uuid:12345678-1234-5678-1234-567812345678",
    "{12345678-1234-5678-1234-567812345678}", "12345678-1234-5678-1234-56781234567", "12345678-1234-5678-1234-56781234567z",
    "12345678-1234-5678-12345-67812345678", "12345678-1234-5678-1234-567812345678-", "é", "{12345678-1234-5678-1234-567812345678",
    "1234567812345678", "12345678_1234-5678-1234-567812345678", "12345678-1234-5678-1234-5678123456ABCD"]
rnd = random.Random(int(sys.argv[2]))
text = lambda value: json.dumps(value, ensure_ascii=rnd.random() < 0.2)


def anything(depth=0):
    kind = rnd.random()
    if kind < 0.3:
        return text(rnd.choice(STRINGS + MOMENTS[:4]))
    if kind < 0.65:
        return rnd.choice(NUMBERS)
    if kind < 0.8 or depth > 2:
        return rnd.choice(["null", "true", "false", "[]", "{}"])
    if kind < 0.9:
        return "[" + ",".join(anything(depth + 1) for _ in range(rnd.randint(0, 4))) + "]"
    return "{" + ",".join(f'{text(rnd.choice("abcx"))}:{anything(depth + 1)}' for _ in range(rnd.randint(0, 3))) + "}"


def model(fields, odd):
    pairs = []
    for name, (required, make) in fields.items():
        if rnd.random() < ((1 if required else 0.15) if odd == 0 else (0.9 if required else 0.5)):
            pairs.append((name, anything() if rnd.random() < odd else make()))
    if rnd.random() < 0.1:
        pairs.append((rnd.choice(["other", "x", "title"]), anything()))
    if rnd.random() < 0.3:
        rnd.shuffle(pairs)
    blank = rnd.choice(["", " "])
    return "{" + ("," + blank).join(f"{text(name)}:{blank}{value}" for name, value in pairs) + "}"


def bodies(odd):
    pick = lambda pool: lambda: text(rnd.choice(pool))
    good = lambda *pool: lambda: rnd.choice(pool)
    many = lambda make, most: lambda: "[" + ",".join(make() for _ in range(rnd.randint(0, most))) + "]"
    point = lambda: model({"x": (True, good("1", "-10", '"5"', "11", "2.0")), "y": (False, good("1", "100.25", '"1.5"', "100.5"))}, odd)
    tagged = lambda: model({"name": (True, pick(["a", "b c", "123456789"])), "tags": (False, many(pick(["a", "b", "123456"]), 4))}, odd)
    scores = lambda: "{" + ",".join(f'"{rnd.choice("abcde")}":{rnd.choice(["1", "2", "-1", "4294967296", chr(34) + "7" + chr(34)])}' for _ in range(rnd.randint(0, 3))) + "}"
    def tree(depth=0):
        below = many(lambda: tree(depth + 1), 2) if depth < 3 else good("[]")
        return model({"name": (True, pick(["root", "leaf"])), "children": (False, below)}, odd / 2)
    return model({
        "title": (True, pick(["a", "Milk", "🦀" * 12])), "count": (True, good("1", "-5", "12", "9223372036854775807")),
        "small": (False, good("1", "255", "true")), "step": (False, good("3", "9", "null", "300")),
        "ratio": (False, good("1", "0.5", "1e2", "2.50")), "flag": (False, good("true", "false", "1", '"no"')),
        "color": (True, pick(["red", "green", "it's"])), "size": (False, pick(["s", "m", "l"])),
        "level": (False, pick(["low", "high"])), "at": (False, pick(MOMENTS)), "day": (False, pick(MOMENTS)),
        "clock": (False, pick(CLOCKS)), "id": (False, pick(UUIDS)), "point": (False, point), "points": (False, many(point, 4)),
        "tagged": (False, tagged), "scores": (False, scores), "anything": (False, anything), "tree": (False, tree)}, odd)


client = TestClient(app, raise_server_exceptions=False)
count, seen = int(sys.argv[1]), 0
print("[")
while seen < count:
    body = bodies(rnd.choice([0.0, 0.0, 0.02, 0.1, 0.4])) if rnd.random() < 0.97 else anything()
    answer = client.post("/", content=body.encode(), headers={"content-type": "application/json"})
    if answer.status_code == 500:
        continue
    seen += 1
    print(json.dumps([body, answer.status_code, answer.text], ensure_ascii=False) + ("," if seen < count else ""))
print("]")
