"""What the service is set to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.depends import Administering, Ctx
from api.problems import PROBLEMS
from rag.origins import Origin, settings_in_force

router = APIRouter(prefix="/v1", tags=["运行"], responses=PROBLEMS)


class SettingBody(BaseModel):
    """One setting; see :class:`rag.origins.SettingInForce`."""

    name: str = Field(examples=["top_k"])
    variable: str = Field(description="设定它的环境变量", examples=["YUANWEN_TOP_K"])
    value: Any = Field(description="现在的值；密码一类的不给出", examples=[8])
    default: Any = Field(examples=[8])
    origin: Origin = Field(description="来自默认值、环境变量、settings.toml 还是命令行")
    description: str = Field(examples=["交给阅读器的段落数"])


class SettingsBody(BaseModel):
    """All settings."""

    items: list[SettingBody]


@router.get(
    "/settings",
    response_model=SettingsBody,
    summary="设置",
    description="每一项设置的值、来源和含义。改设置要改环境变量或 settings.toml，再重启服务。",
)
def settings(context: Ctx, _: Administering) -> SettingsBody:
    """Every setting as it is in force in this process."""
    told = settings_in_force(context.settings)
    return SettingsBody(items=[SettingBody.model_validate(asdict(setting)) for setting in told])
