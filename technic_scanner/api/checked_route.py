"""Names all faults of a body in one answer: those that FastAPI refuses it for, and those that only a check finds."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, ClassVar, Protocol, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic.fields import FieldInfo
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from technic_scanner.api.problems import bad_fields, validation_item
from technic_scanner.bootstrap import Services
from technic_scanner.errors import FieldProblem


class Checked(Protocol):
    """The model of a body that can say what is wrong with it; ``stand_ins`` take the place of values that are refused.

    They are needed of fields that must be given, or that others cannot do without.
    """

    model_fields: ClassVar[dict[str, FieldInfo]]
    stand_ins: ClassVar[Mapping[str, Any]]

    @classmethod
    def model_validate(cls, obj: Any) -> Checked:
        """Read a body."""
        ...

    def faults(self, services: Services) -> Iterable[FieldProblem]:
        """Return everything that is wrong with the values, each at its place in the body."""
        ...


class CheckedRoute(APIRoute):
    """A route whose body, if it has one, is ``Checked``.

    FastAPI refuses a request before its endpoint sees it; the faults of the fields that it did not refuse are added.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler with the other faults of the body added to those that it finds."""
        handle = super().get_route_handler()

        async def with_other_faults(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                services: Services = request.app.state.services
                found = await run_in_threadpool(self._others, services, error)
                every = [*error.errors(), *map(validation_item, found)]
                raise RequestValidationError(every, body=error.body) from error

        return with_other_faults

    def _others(self, services: Services, error: RequestValidationError) -> list[FieldProblem]:
        if not self.dependant.body_params or not isinstance(error.body, Mapping):
            return []
        model = cast("type[Checked]", self.dependant.body_params[0].field_info.annotation)
        refused = {_top(problem.field) for problem in bad_fields(error.errors())}
        sound = {name: value for name, value in error.body.items() if name not in refused}
        wanted = refused.intersection(field.alias or name for name, field in model.model_fields.items())
        instead = {name: value for name, value in model.stand_ins.items() if name in wanted}
        asked = model.model_validate(sound | instead)
        return [problem for problem in asked.faults(services) if _top(problem.field) not in refused]


def _top(field: str) -> str:
    """Return the field of the body that a dotted name begins with."""
    return field.partition(".")[0].partition("[")[0]
