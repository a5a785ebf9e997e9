"""The only module that reads the environment: every TECHNIC_* setting, its default and its check."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from technic_scanner.errors import ConfigError, FieldProblem

APP_NAME = "technic-scanner"


class Settings(BaseSettings):
    """Everything that a host may set; read once at start.

    Lists are comma-separated. ``database_url`` None means SQLite under ``home``. ``api_tokens`` are ``name:token``
    pairs, or ``name:sha256:<hex digest>`` where only the digest is given; without any, the service binds to loopback
    only. ``files_root`` is the one folder that the ``files`` source may read. ``stale_after_seconds`` is the age of a
    heartbeat at which its run counts as interrupted.
    """

    model_config = SettingsConfigDict(env_prefix="TECHNIC_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir(APP_NAME)))
    database_url: str | None = None
    files_root: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=0, le=65535)
    max_concurrent_runs: int = Field(default=2, ge=1, le=256)
    stale_after_seconds: float = Field(default=13.0, gt=1.0, le=600.0)
    api_tokens: Annotated[tuple[str, ...], NoDecode] = ()
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("localhost", "127.0.0.1", "[::1]")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    max_queued_runs_per_token: int = Field(default=20, ge=1)
    require_sign_in: bool = False
    dask_scheduler: str | None = None
    log_level: str = "INFO"

    @field_validator("api_tokens", "allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("home", "files_root")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @property
    def store_url(self) -> str:
        """The run store's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'technic.db'}"

    @property
    def cache_dir(self) -> Path:
        """Where fetched bars are kept."""
        return self.home / "prices"

    @property
    def export_dir(self) -> Path:
        """Where each run leaves its CSV."""
        return self.home / "exports"

    @property
    def log_dir(self) -> Path:
        """Where detached workers write their logs."""
        return self.home / "logs"


def load_settings(**overrides: object) -> Settings:
    """Read the environment, ``overrides`` first. Raises ConfigError naming every bad TECHNIC_ variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigError(
            FieldProblem(f"TECHNIC_{'.'.join(map(str, item['loc'])).upper()}", item["msg"]) for item in error.errors()
        ) from error


def environment_with(**values: str) -> dict[str, str]:
    """Return this process's environment with ``values`` set, for a process to start."""
    return {**os.environ, **values}
