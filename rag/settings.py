"""Settings, from the environment (``YUANWEN_*``) and ``settings.toml`` in the data folder; unknown keys refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import SettingsError
from index.models.default import default_cache_dir
from index.retrieve import Mode
from rag.read import SPANS, Promise
from rag.rerank import NO_RERANKER

PREFIX = "YUANWEN_"


def default_home() -> Path:
    """Where data goes without a setting: the platform's folder for it."""
    return Path(platformdirs.user_data_dir("yuanwen", appauthor=False))


def settings_file() -> Path:
    """The file that settings are read from; it needn't be there."""
    return Path(os.environ.get(f"{PREFIX}HOME") or default_home()) / "settings.toml"


class Settings(BaseSettings):
    """Everything that can be set. The environment wins over ``settings.toml``, both over the defaults."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(default_factory=default_home, description="数据目录：数据库、索引、上传的原件")
    cache: Path = Field(default_factory=default_cache_dir, description="模型缓存目录")
    embedder: str = Field("yuanwen/e5-small", min_length=1, description="向量模型：内置、模型名或本地目录")
    quantize: Literal["none", "int8"] = Field("int8", description="向量模型和内置阅读器的精度")
    threads: int = Field(0, ge=0, le=256, description="模型线程数，0 为自动")
    model_workers: int = Field(
        1, ge=0, le=256, description="同时计算的段落数，每个占一个核：0 为与线程数相同，1 为逐个计算"
    )
    max_upload_mb: int = Field(100, ge=1, le=4096, description="单个文件的上限，MB")
    max_batch_mb: int = Field(1024, ge=1, le=65536, description="一次上传（可含多个文件）的上限，MB")
    max_question_chars: int = Field(1000, ge=10, le=10000, description="问题的字数上限")
    passage_target: int = Field(300, ge=200, le=1000, description="段落切分的目标字数")
    passage_maximum: int = Field(400, ge=200, le=2000, description="段落切分的上限字数")
    retrieval: Mode = Field(Mode.HYBRID, description="检索方式：混合、只用向量或只用词项")
    pool: int = Field(50, ge=5, le=1000, description="两路检索各取多少段落")
    dense_weight: float = Field(2.0, ge=0, le=100, description="混合检索中向量分的权重")
    top_k: int = Field(8, ge=1, le=100, description="交给阅读器的段落数")
    reader: str = Field(SPANS, min_length=1, description="阅读器：内置的两种，或本机的抽取式问答模型")
    calibration: Path | None = Field(None, description="阅读器的校准文件；换了阅读模型就要重做")
    reranker: str = Field(NO_RERANKER, min_length=1, description="重排：none、reader 或本机的交叉编码器")
    rerank_pool: int = Field(20, ge=1, le=200, description="重排多少个段落")
    threshold: Promise | Annotated[float, Field(ge=0, le=1)] = Field(
        "default", description="低于此概率就回答“没有找到”：一个数，或 wrong-5% 这样的承诺"
    )
    user_dictionary: Path | None = Field(None, description="用户词典：每行一个词")
    host: str = Field("127.0.0.1", description="服务监听地址")
    port: int = Field(8080, ge=1, le=65535, description="服务端口")
    workers: int = Field(1, ge=1, le=64, description="服务进程数，各自加载模型")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="服务可用的主机名，如 qa.example.cn；不写就只限监听地址本身"
    )
    trusted_proxies: tuple[str, ...] = Field((), description="可信的反向代理地址，只信它们转告的客户端地址")
    max_waiting: int = Field(64, ge=1, le=10_000, description="每个进程最多排队多少个问题，再多就拒绝")
    ask_seconds: float = Field(30, ge=1, le=600, description="一个问题最多等多少秒")
    max_body_kb: int = Field(1024, ge=16, le=65536, description="上传以外的请求的上限，KB")
    body_seconds: float = Field(30, ge=1, le=3600, description="两次收到请求内容之间最多隔多少秒")
    asks_per_minute: int = Field(120, ge=1, le=1_000_000, description="每个用户或密钥每分钟可提多少个问题")
    parse_seconds: float = Field(120, ge=1, le=3600, description="解析一个上传文件最多用多少秒")
    parse_memory_mb: int = Field(4096, ge=256, le=65536, description="解析一个上传文件最多用多少内存，MB")
    sign_ins: int = Field(
        10, ge=1, le=1_000_000, description="一个用户名每 5 分钟可试几次密码；一个地址是它的 5 倍"
    )
    audit_days: int = Field(365, ge=1, le=3650, description="审计日志保留多少天")
    keep_questions_days: int = Field(0, ge=0, le=36_500, description="提问记录保留多少天，0 为一直保留")
    log_format: Literal["text", "json"] = Field("text", description="服务日志的格式")
    stop_seconds: float = Field(30, ge=1, le=3600, description="停止时，正在回答的问题最多再等多少秒")
    _arguments: frozenset[str] = PrivateAttr(frozenset())

    @property
    def arguments(self) -> frozenset[str]:
        """Names of those that :func:`load_settings` was given, whatever the environment and the file say."""
        return self._arguments

    @model_validator(mode="after")
    def _passages_fit(self) -> Settings:
        if self.passage_target > self.passage_maximum:
            raise ValueError("passage_target 不能大于 passage_maximum")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then ``settings.toml`` of the data folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, settings_file())


def load_settings(**overrides: Any) -> Settings:
    """The settings in force.

    Args:
        overrides: win over all else; None is none.

    Raises:
        SettingsError: an unknown key (environment variable, TOML key or argument) or a value out of range;
            all of them named at once.
    """
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    unknown = sorted(key for key in os.environ if key.upper().startswith(PREFIX) and key.upper() not in known)
    if unknown:
        raise SettingsError(
            f"不认识的环境变量：{'、'.join(unknown)}。", remedy=f"可用的有：{'、'.join(sorted(known))}。"
        )
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        problems = ";".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"设置有误：{problems}。") from error
    except (OSError, ValueError) as error:  # may not be read, or isn't TOML
        raise SettingsError(
            f"settings.toml 读不了：{error}。", remedy="请检查数据目录的权限和文件内容。"
        ) from error
    settings._arguments = frozenset(given)
    return settings
