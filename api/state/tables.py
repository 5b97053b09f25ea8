"""Tables of ``service.db``. A change here needs a step in ``migrations/versions``; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as milliseconds since 1970: SQLite has no type for it, and integers sort."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """To milliseconds."""
        return None if value is None else round(value.timestamp() * 1000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From milliseconds, in UTC."""
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("password_hash", String, nullable=False),
    Column("role", String, nullable=False),  # api.security.principal.Role
    Column("disabled", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False),  # the password was given by somebody else
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

grants = Table(
    "grants",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("collection", String, primary_key=True),
    Column("write", Boolean, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("prefix", String, nullable=False),  # enough of the key to tell it by, not to use it
    Column("token_hash", String, nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("collections", JSON(none_as_null=True)),  # null: all
    Column("created_by", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
    sqlite_autoincrement=True,
)

channels = Table(
    "channels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("prefix", String, nullable=False),
    Column("token_hash", String, nullable=False, unique=True),
    Column("origins", JSON, nullable=False),
    Column("collections", JSON, nullable=False),
    Column("appearance", JSON, nullable=False),  # title, greeting, suggested questions, colours
    Column("enabled", Boolean, nullable=False),
    Column("minute_limit", Integer, nullable=False),  # questions a visitor's address may ask in a minute
    Column("day_limit", Integer, nullable=False),  # questions of all visitors in a day
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

widget_sessions = Table(
    "widget_sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("channel_id", ForeignKey("channels.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("visitor", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

collections = Table(
    "collections",
    metadata,
    Column("name", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),  # api.state.jobs.JobStatus
    Column("collection", String, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("note", String, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("error", JSON(none_as_null=True)),
    Column("created_by", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("worker", String),
    Column("leased_until", Moment),
    Column("attempts", Integer, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Index("ix_jobs_status_created_at", "status", "created_at"),
)

job_files = Table(
    "job_files",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("encoding", String),
    Column("status", String, nullable=False),  # waiting, or index.ingest.Status
    Column("document_id", Integer),
    Column("error", JSON(none_as_null=True)),
    Column("warnings", JSON(none_as_null=True)),  # list of sentences
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),  # Principal.id
    Column("title", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), index=True),
    Column("owner", String, nullable=False),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("understood", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("abstained", Boolean, nullable=False),
    Column("probability", Float, nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("collections", JSON(none_as_null=True)),  # asked within; null: everywhere
    Column("answer", JSON, nullable=False),  # the whole body that was sent
    Column("request_id", String, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turn_id", ForeignKey("turns.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("verdict", String, nullable=False),
    Column("better", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("owner", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

faq = Table(
    "faq",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("questions", JSON, nullable=False),
    Column("answer", Text, nullable=False),
    Column("collections", JSON(none_as_null=True)),  # null: all
    Column("document_id", Integer),
    Column("start", Integer),
    Column("end", Integer),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

synonyms = Table(
    "synonyms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("words", JSON, nullable=False),
    Column("one_way", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

words = Table(
    "words",
    metadata,
    Column("word", String, primary_key=True),
    Column("created_at", Moment, nullable=False),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", String, primary_key=True),
    Column("job_id", String, nullable=False),  # of jobs, which are dropped sooner
    Column("name", String, nullable=False),
    Column("task", String, nullable=False),  # eval.run.Task
    Column("options", JSON, nullable=False),
    Column("summary", JSON(none_as_null=True)),
    Column("created_by", String, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("collections", JSON(none_as_null=True)),  # asked within; null: all
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("target", String, nullable=False),
    Column("details", JSON, nullable=False),
    Column("address", String, nullable=False),
    Column("request_id", String, nullable=False),
    sqlite_autoincrement=True,
)

rates = Table(
    "rates",
    metadata,
    Column("key", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
