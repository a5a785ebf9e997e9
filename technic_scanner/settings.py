"""Read all TECHNIC_* settings from the environment, with defaults and checks; the only module that does so."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from technic_scanner.domain.run import STALE_AFTER_SECONDS
from technic_scanner.errors import ConfigError, FieldProblem

APP_NAME = "technic-scanner"
MIN_TOKEN_LENGTH = 16
_NAME: Final = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_PREFIX: Final = "TECHNIC_"
# Read by clients in the examples of docs/api.md, not by this program.
_OF_CLIENTS: Final = frozenset({"TECHNIC_TOKEN"})
_CHANNEL: Final = re.compile(r"TECHNIC_CHANNEL_([A-Z0-9]{1,40})(_SECRET)?")
_LISTS: Final = (
    *("api_tokens", "allowed_hosts", "allowed_origins"),
    *("alert_allowed_networks", "alert_keyring_channels"),
)
_CHANNEL_NAME: Final = re.compile(r"[A-Za-z0-9]{1,40}")
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Token:
    """An API token with the name of its owner; only its SHA-256 digest is stored."""

    owner: str
    digest: bytes


class Settings(BaseSettings):
    """All settings of a process; read once at start.

    Lists are comma-separated. ``database_url`` None means SQLite under ``home``. ``api_tokens`` are ``name:token``
    pairs, or ``name:sha256:<hex digest>`` to give only the digest; without any, the service listens on the loopback
    address only. ``files_root`` and ``dask_scheduler`` are options of the plugins ``files`` and ``dask``; those of
    other plugins are read where they are used, see ``plugin_value``. ``stale_after_seconds`` is the age of a heartbeat,
    in seconds, from which its run counts as interrupted. ``standby_workers`` is how many loaded workers a server keeps
    at an empty queue, ``standby_idle_seconds`` after how long without a run one ends, ``standby_max_bytes`` the
    resident memory above which one is replaced after its run. ``alert_allowed_networks`` are networks inside the host's
    own to which messages may be sent all the same, such as 10.1.0.0/16; ``alert_keyring_channels`` are the names of
    channels whose addresses the keyring of the operating system keeps.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir(APP_NAME)))
    database_url: str | None = None
    files_root: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=0, le=65535)
    max_concurrent_runs: int = Field(default=2, ge=1, le=256)
    stale_after_seconds: float = Field(default=STALE_AFTER_SECONDS, gt=1.0, le=600.0)
    standby_workers: int = Field(default=1, ge=0, le=16)
    standby_idle_seconds: float = Field(default=43_200.0, gt=0.0)
    standby_max_bytes: int = Field(default=2_000_000_000, ge=300_000_000)
    api_tokens: Annotated[tuple[str, ...], NoDecode] = ()
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("localhost", "127.0.0.1", "[::1]")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    max_streams_per_client: int = Field(default=1000, ge=1)
    max_queued_runs_per_token: int = Field(default=20, ge=1)
    require_sign_in: bool = False
    alert_allowed_networks: Annotated[tuple[str, ...], NoDecode] = ()
    alert_keyring_channels: Annotated[tuple[str, ...], NoDecode] = ()
    dask_scheduler: str | None = None
    dask_allowed_schedulers: str = "tcp://127.0.0.1:*,tcp://localhost:*"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator(*_LISTS, mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("api_tokens")
    @classmethod
    def _readable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            read_tokens(value)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("alert_allowed_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            ipaddress.ip_network(entry)
        return value

    @field_validator("alert_keyring_channels")
    @classmethod
    def _channel_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not _CHANNEL_NAME.fullmatch(name):
                raise ValueError(f"the name of a channel has letters and digits only, not {name!r}")
        return tuple(name.lower() for name in value)

    @field_validator("home", "files_root")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _anchored(cls, value: str | None) -> str | None:
        # A server changes its working directory, in which a relative path would mean another file.
        driver, _, path = (value or "").partition(":///")
        if not driver.startswith("sqlite") or not path or path.startswith(("/", ":memory:", "file:")):
            return value
        return f"{driver}:///{quote(str(Path.cwd()))}/{path}"

    @field_validator("home", "database_url")
    @classmethod
    def _in_utf8(cls, value: Path | str | None) -> Path | str | None:
        try:
            str(value).encode()
        except UnicodeEncodeError as error:
            raise ValueError("must be UTF-8: SQLite opens files of no other names") from error
        return value

    @property
    def store_file(self) -> Path:
        """The file of the run store where ``database_url`` names no other one."""
        return self.home / "technic.db"

    @property
    def cache_dir(self) -> Path:
        """The folder of the price cache."""
        return self.home / "prices"

    @property
    def plugin_dir(self) -> Path:
        """The folder in which each plugin may keep files, in a folder of its name."""
        return self.home / "plugins"

    @property
    def log_dir(self) -> Path:
        """The folder of the logs of detached workers."""
        return self.home / "logs"

    @property
    def bell_dir(self) -> Path:
        """The folder of the pipes on which the waiting workers of this host are woken."""
        return self.home / "waiting"

    def plugin_value(self, plugin: str, option: str) -> object:
        """Return what the host has set for an option of a plugin (TECHNIC_<PLUGIN>_<OPTION>), None if nothing."""
        field = f"{plugin}_{option}"
        if field in type(self).model_fields:
            return getattr(self, field)
        return os.environ.get(f"TECHNIC_{field}".upper())

    def environment(self) -> dict[str, str]:
        """Return the TECHNIC_ variables that pass these settings to another process."""
        values = {name: getattr(self, name) for name in self.model_fields_set}
        return {f"TECHNIC_{name.upper()}": _spelled(value) for name, value in values.items() if value is not None}


def load_settings(**overrides: object) -> Settings:
    """Read the environment; ``overrides`` have priority. Raises ConfigError that names every invalid variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigError(
            FieldProblem(
                f"TECHNIC_{'.'.join(map(str, item['loc'])).upper()}", item["msg"].removeprefix("Value error, ")
            )
            for item in error.errors()
        ) from error


def unknown_variables(of_plugins: Callable[[], Iterable[str]]) -> tuple[str, ...]:
    """Return a sentence for each TECHNIC_ variable that nothing reads, with the known one that is spelled most alike.

    ``of_plugins`` returns the variables of the installed plugins' options; it is called only if it matters.
    """
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    unknown = {name for name in os.environ if name.startswith(_PREFIX)} - known - _OF_CLIENTS
    unknown -= {name for name in unknown if _CHANNEL.fullmatch(name)}
    if unknown:
        known |= set(of_plugins())
    return tuple(
        f"{name} is not a setting and has no effect; the nearest setting is {_nearest(name, known)}."
        for name in sorted(unknown - known)
    )


def channel_variables() -> dict[str, tuple[str, str | None]]:
    """Return the address of each channel by its name, and the secret with which its messages are signed.

    They are TECHNIC_CHANNEL_<NAME> and TECHNIC_CHANNEL_<NAME>_SECRET, and are read each time: nothing keeps them.
    """
    found = {match[1].lower(): name for name in os.environ if (match := _CHANNEL.fullmatch(name)) and not match[2]}
    return {
        name: (os.environ[variable].strip(), os.environ.get(f"{variable}_SECRET") or None)
        for name, variable in sorted(found.items())
    }


def _nearest(name: str, known: Iterable[str]) -> str:
    return max(sorted(known), key=lambda other: SequenceMatcher(a=name, b=other).ratio())


def read_tokens(entries: Iterable[str]) -> tuple[Token, ...]:
    """Read ``name:token`` and ``name:sha256:<hex>`` entries. ConfigError for invalid ones, without quoting them."""
    problems: list[FieldProblem] = []
    tokens = [_read_token(index, entry, problems) for index, entry in enumerate(entries)]
    if problems:
        raise ConfigError(problems)
    return tuple(token for token in tokens if token is not None)


def _read_token(index: int, entry: str, problems: list[FieldProblem]) -> Token | None:
    field = f"api_tokens[{index}]"
    name, _, secret = entry.partition(":")
    if not _NAME.fullmatch(name) or not secret:
        problems.append(FieldProblem(field, "must be name:token or name:sha256:<64 hex digits>"))
        return None
    if secret.startswith("sha256:"):
        digest = secret.removeprefix("sha256:")
        if _DIGEST.fullmatch(digest):
            return Token(name, bytes.fromhex(digest))
        problems.append(FieldProblem(field, "must have 64 hex digits after sha256:"))
        return None
    if len(secret) < MIN_TOKEN_LENGTH:
        problems.append(FieldProblem(field, f"must be a token of at least {MIN_TOKEN_LENGTH} characters"))
        return None
    return Token(name, hashlib.sha256(secret.encode()).digest())


def require_safe_binding(host: str, tokens: Sequence[str]) -> None:
    """Raise ConfigError if ``host`` can be reached from other machines and no tokens are set."""
    if not tokens and not is_loopback(host):
        raise ConfigError(
            [FieldProblem("host", f"{host or 'every address'} is reachable by other machines: set TECHNIC_API_TOKENS")]
        )


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def environment_with(**values: str) -> dict[str, str]:
    """Return this process's environment with ``values`` added, for a child process."""
    return {**os.environ, **values}


def _spelled(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
