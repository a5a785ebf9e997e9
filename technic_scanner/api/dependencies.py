"""Define the dependencies of routes: the application's services, the caller's name and the mount point."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from technic_scanner.api.open_streams import OpenStreams, open_streams
from technic_scanner.api.run_broadcaster import RunBroadcaster
from technic_scanner.api.security import owner_in
from technic_scanner.api.shared_answers import SharedAnswers
from technic_scanner.bootstrap import Services
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.runs.service.service import RunService


async def _services(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


async def _service(connection: HTTPConnection) -> RunService:
    services: Services = connection.app.state.services
    return services.service


async def _plugins(connection: HTTPConnection) -> PluginCatalog:
    services: Services = connection.app.state.services
    return services.catalog


async def _answers(connection: HTTPConnection) -> SharedAnswers:
    answers: SharedAnswers = connection.app.state.answers
    return answers


async def _broadcaster(connection: HTTPConnection) -> RunBroadcaster:
    broadcaster: RunBroadcaster = connection.app.state.broadcaster
    return broadcaster


async def _streams(connection: HTTPConnection) -> OpenStreams:
    return open_streams(connection)


async def _owner(connection: HTTPConnection) -> str | None:
    return owner_in(connection.scope)


async def _root_path(connection: HTTPConnection) -> str:
    path: str = connection.scope.get("root_path", "")
    return path.rstrip("/")


AllServices = Annotated[Services, Depends(_services)]
Service = Annotated[RunService, Depends(_service)]
Plugins = Annotated[PluginCatalog, Depends(_plugins)]
Answers = Annotated[SharedAnswers, Depends(_answers)]
Broadcaster = Annotated[RunBroadcaster, Depends(_broadcaster)]
Streams = Annotated[OpenStreams, Depends(_streams)]
Owner = Annotated[str | None, Depends(_owner)]
RootPath = Annotated[str, Depends(_root_path)]
