"""A stand-in for the program that the tasks backend replaces: the same calls, on FastAPI, SQLModel and psycopg2.

Run by `tasks_load.py`; takes DATABASE_URL and BETTER_AUTH_URL. It has what a call costs there (validation, the token's
signature, one session per request, the response's model) and nothing else: no chat, no scheduler, no log.
"""

import os
from datetime import date, datetime, timezone
from typing import Annotated, Literal, Optional

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, status
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field as Bounded
from sqlalchemy import Column, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, Session, SQLModel, create_engine, select

ENGINE = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
KEYS = jwt.PyJWKClient(f"{os.environ['BETTER_AUTH_URL']}/api/auth/jwks", cache_keys=True)
Priority = Literal["High", "Medium", "Low"]
Text = Annotated[str, Bounded(min_length=1, max_length=200)]
Tags = Annotated[list[str], Bounded(max_length=10)]


def now():
    return datetime.now(timezone.utc).replace(tzinfo=None)


class Task(SQLModel, table=True):
    __tablename__ = "tasks"
    id: Optional[int] = Field(default=None, primary_key=True)
    user_id: str
    title: str
    description: Optional[str] = None
    completed: bool = False
    priority: str
    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String)))
    due_date: Optional[date] = None
    recurring: Optional[str] = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class New(BaseModel):
    title: Text
    description: Optional[str] = None
    priority: Priority
    tags: Tags = []
    due_date: Optional[date] = None
    recurring: Optional[Literal["daily", "weekly", "monthly"]] = None


class Change(New):
    title: Optional[Text] = None
    priority: Optional[Priority] = None
    tags: Optional[Tags] = None
    completed: Optional[bool] = None


class Shown(BaseModel):
    model_config = {"from_attributes": True}
    id: int
    user_id: str
    title: str
    description: Optional[str]
    completed: bool
    priority: str
    tags: list[str]
    due_date: Optional[date]
    recurring: Optional[str]
    created_at: datetime
    updated_at: datetime


async def session():
    with Session(ENGINE) as opened:
        yield opened


async def user(sent: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]):
    try:
        key = KEYS.get_signing_key_from_jwt(sent.credentials).key
        options = {"verify_aud": False}
        return jwt.decode(sent.credentials, key, algorithms=["EdDSA", "RS256"], options=options)["sub"]
    except Exception as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid or expired token") from error


Database = Annotated[Session, Depends(session)]
User = Annotated[str, Depends(user)]
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"], allow_credentials=True)


def owned(database, owner, number):
    found = database.exec(select(Task).where(Task.id == number, Task.user_id == owner)).first()
    if found is None:
        raise HTTPException(404, "Task not found")
    return found


def stored(database, task):
    database.add(task)
    database.commit()
    database.refresh(task)
    return task


@app.get("/api/v1/tasks", response_model=list[Shown])
async def tasks(
    database: Database, owner: User, tag: Optional[str] = None, priority: Optional[str] = None,
    completed: Annotated[Optional[bool], Query()] = None, sort: Optional[str] = None,
):
    query = select(Task).where(Task.user_id == owner)
    if tag:
        query = query.where(Task.tags.any(tag))
    if priority:
        query = query.where(Task.priority == priority)
    if completed is not None:
        query = query.where(Task.completed == completed)
    order = {"due_date": Task.due_date.asc().nulls_last(), "title": Task.title, "priority": Task.priority.desc()}
    return database.exec(query.order_by(order.get(sort, Task.created_at.desc()))).all()


@app.post("/api/v1/tasks", response_model=Shown, status_code=201)
async def create(new: New, database: Database, owner: User):
    return stored(database, Task(user_id=owner, **new.model_dump()))


@app.put("/api/v1/tasks/{number}", response_model=Shown)
async def change(number: int, changes: Change, database: Database, owner: User):
    task = owned(database, owner, number)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(task, name, value)
    task.updated_at = now()
    return stored(database, task)


@app.patch("/api/v1/tasks/{number}/complete", response_model=Shown)
async def tick(number: int, database: Database, owner: User):
    task = owned(database, owner, number)
    task.completed, task.updated_at = not task.completed, now()
    return stored(database, task)


@app.delete("/api/v1/tasks/{number}", status_code=204)
async def delete(number: int, database: Database, owner: User):
    database.delete(owned(database, owner, number))
    database.commit()
