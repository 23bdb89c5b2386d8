"""Writes pydantic.json: random bodies of a new patient, and what FastAPI 0.127.0 with Pydantic 2.12.5 answers.

    python3.11 -m venv v && v/bin/pip install fastapi==0.127.0 pydantic==2.12.5 httpx
    v/bin/python from_pydantic.py 300 1 > pydantic.json      # how many, seed

The model is written from the rules of the contract. A line is [body, status, answer]. Left out is what the
backend means to answer otherwise: blank names, ages beyond 32 bits, texts that are no Unicode.
"""
import json, random, sys
from datetime import date
from typing import Literal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field, field_validator

app = FastAPI()


class NewPatient(BaseModel):
    patientID: str = Field(min_length=1, max_length=50)
    name: str = Field(min_length=1, max_length=255)
    age: int = Field(gt=0)
    gender: Literal["Male", "Female", "Other"]
    medicalCondition: str = Field(min_length=1, max_length=255)
    lastVisit: date

    @field_validator("lastVisit", mode="before")
    @classmethod
    def iso(cls, value):
        return date.fromisoformat(value) if isinstance(value, str) else value


@app.post("/patients", status_code=201)
def create(new: NewPatient):
    return new.model_dump(mode="json")


rnd = random.Random(int(sys.argv[2]))
pick = rnd.choice


def text():
    return "".join(pick("ab0 -/%_'\"\n\té日🦀\u200b\xa0WT:.") for _ in range(pick([0, 1, 3, 10, 50, 51])))


def day():
    year = pick(["2024", "1999", "0001", "0000", "9999", "2020", "24"])
    dash = pick(["-", "-", "", "/"])
    month, number = pick(["01", "02", "12", "13", "00", "1"]), pick(["01", "29", "30", "31", "32", "00", "5"])
    week, weekday = pick(["01", "53", "52", "00", "1"]), pick(["1", "7", "0", "8", ""])
    written = pick([f"{year}{dash}{month}{dash}{number}", f"{year}{dash}W{week}{dash}{weekday}", text()])
    return written + pick([""] * 6 + ["x", "xx", "T00:00:00", " "])


NUMBERS = [0, 1, -1, 31, 31.0, 31.5, 86400, 86401, -86400, 1704412800, 1704412800000, 1704412800001, 253402300800,
    -62135683200, 1e3, 1e20, 20000000000, 20000000001, 86400.5, 10**30, -0.0]
AGES = [31, "31", " 5 ", "+5", "05", "5.0", "5.", "1_0", "1__0", "0x1", "٣", "1e3", "-5", "", "\t7\n", True, False]


def anything():
    return pick([None, True, False, [], {}, [1.0, "x"], {"a": 1e2}, "Male", "female", text(), day(), pick(NUMBERS)])


def body():
    new = {"patientID": "P1", "name": "Ann Lee", "age": 31, "gender": "Other", "medicalCondition": "Flu", "lastVisit": "2024-01-05"}
    odd = {"patientID": text, "name": text, "age": lambda: pick(AGES + NUMBERS), "gender": anything,
        "medicalCondition": text, "lastVisit": lambda: pick([day(), day(), pick(NUMBERS)])}
    for field, make in odd.items():
        chance = rnd.random()
        if chance < 0.05:
            del new[field]
        elif chance < 0.15:
            new[field] = anything()
        elif chance < 0.45:
            new[field] = make()
    return new


client = TestClient(app, raise_server_exceptions=False)
lines = []
while len(lines) < int(sys.argv[1]):
    new = body()
    sent = json.dumps(new, ensure_ascii=pick([True, False]))
    if rnd.random() < 0.1:
        at = rnd.randrange(len(sent))
        sent = sent[:at] + pick(["", "x", "}", ",", '"', "\\", "\x01"]) + sent[at + pick([0, 1]) :]
    blank = isinstance(new.get("name"), str) and new["name"] != "" and not new["name"].strip()
    answer = client.post("/patients", content=sent.encode(), headers={"content-type": "application/json"})
    large = isinstance(new.get("age"), (int, float)) and new["age"] > 2147483647
    if answer.status_code != 500 and not blank and not large:
        lines.append(json.dumps([sent, answer.status_code, answer.text], ensure_ascii=False))
print("[\n" + ",\n".join(lines) + "\n]")
