"""The HTTP face: the record for anybody, the control plane for those with its token."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from simulators.gp_system.control_routes import CONTROL_ROUTES
from simulators.gp_system.errors import RequestError
from simulators.gp_system.record_routes import RECORD_ROUTES
from simulators.gp_system.system import GpSystem
from simulators.gp_system.web import cannot


def create_app(system: GpSystem, admin_token: str | None) -> Starlette:
    """The application. `admin_token`: where set, every /admin call must carry it in X-Admin-Token."""
    app = Starlette(
        routes=[*RECORD_ROUTES, *CONTROL_ROUTES],
        exception_handlers=dict.fromkeys((RequestError, HTTPException, Exception), cannot),
    )
    app.state.system = system
    app.state.admin_token = admin_token
    return app
